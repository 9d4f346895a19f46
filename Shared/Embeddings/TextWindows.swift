/// Cuts the word pieces of a text into windows that the model can read, so that nothing is cut off.
enum TextWindows {
    /// The windows of a text, each with `[CLS]` and `[SEP]`; at least one, which may be empty between the two.
    ///
    /// A text that does not fit into one window is cut into as few as possible, all of about the same length, between
    /// two words wherever a window has a word's beginning in its second half.
    static func windows(of text: String, by tokenizer: WordPieceTokenizer) -> [[Int32]] {
        let (numbers, beginnings) = tokenizer.pieces(of: text)
        let vocabulary = tokenizer.vocabulary
        return ranges(beginnings: beginnings, piecesMax: MiniLMEncoder.windowPiecesMax - 2).map {
            [vocabulary.start] + numbers[$0] + [vocabulary.end]
        }
    }

    /// Where to cut, for pieces of which it is known whether they begin a word.
    static func ranges(beginnings: [Bool], piecesMax: Int) -> [Range<Int>] {
        guard beginnings.count > piecesMax else { return [0..<beginnings.count] }
        var ranges: [Range<Int>] = []
        var start = 0
        while start < beginnings.count {
            let rest = beginnings.count - start
            let windowsLeft = (rest + piecesMax - 1) / piecesMax
            let wanted = (rest + windowsLeft - 1) / windowsLeft
            var end = start + wanted
            if end < beginnings.count {
                // Forward first, so that the number of windows does not grow.
                let limit = min(start + piecesMax, beginnings.count)
                if let forward = (end..<limit).first(where: { beginnings[$0] }) {
                    end = forward
                } else if let back = ((start + wanted / 2)..<end).last(where: { beginnings[$0] }) {
                    end = back
                }
            }
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }
}
