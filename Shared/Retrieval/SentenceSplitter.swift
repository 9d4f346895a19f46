/// Finds the sentences of a text.
///
/// A sentence ends at its closing punctuation, together with the quotes, brackets and reference marks (`[12]`) that
/// follow it, at an empty line, and at a line break that parts list items or headings. It does not end after
/// abbreviations, initials, decimals and list numbers, nor before a small letter. What has no punctuation at all is cut
/// between words after ``bytesMax`` bytes, so no sentence is ever longer.
package struct SentenceSplitter: Sendable {
    /// How many bytes before a sentence the rules look at.
    static let lookBehind = 400
    /// The longest sentence, in UTF-8 bytes.
    package let bytesMax: Int

    package init(bytesMax: Int = 1_000) {
        precondition(bytesMax >= 8, "a sentence must have room for a scalar")
        self.bytesMax = bytesMax
    }

    /// The sentences of a text, without the white space around them, in order.
    package func sentences(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        return ranges(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// Where the sentences are in a well-formed UTF-8 text, in order, without the white space around them. Every byte
    /// that is not white space is in exactly one of them.
    package func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        ranges(in: bytes, within: 0..<bytes.count)
    }

    /// As ``ranges(in:)``, for a part of a text that begins and ends between two scalars.
    package func ranges(in bytes: [UInt8], within part: Range<Int>) -> [Range<Int>] {
        ranges(in: bytes, within: part, from: part.lowerBound)
    }

    /// As ``ranges(in:within:)``, without the sentences before `first`, where one of them ends.
    func ranges(in bytes: [UInt8], within part: Range<Int>, from first: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = first
        var index = start
        while index < part.upperBound {
            guard let end = Boundary(bytes: bytes, part: part, start: start).end(at: index) else {
                index += 1
                continue
            }
            append(start..<end, of: bytes, to: &found)
            start = end
            // A line break that ends a sentence is not part of it, and must not be looked at again.
            index = max(end, index + 1)
        }
        append(start..<part.upperBound, of: bytes, to: &found)
        return found
    }

    private func append(_ range: Range<Int>, of bytes: [UInt8], to found: inout [Range<Int>]) {
        var rest = UTF8Text.trimmed(range, in: bytes)
        while rest.count > bytesMax {
            let cut = cutPoint(of: rest, in: bytes)
            found.append(UTF8Text.trimmed(rest.lowerBound..<cut, in: bytes))
            rest = UTF8Text.trimmed(cut..<rest.upperBound, in: bytes)
        }
        if !rest.isEmpty { found.append(rest) }
    }

    /// Where to cut what is too long: at the last white space of its second half, else between two scalars.
    private func cutPoint(of range: Range<Int>, in bytes: [UInt8]) -> Int {
        let limit = range.lowerBound + bytesMax
        var index = limit
        while index > range.lowerBound + bytesMax / 2 {
            if UTF8Text.isSpace(bytes[index]) { return index }
            index -= 1
        }
        index = limit
        while !UTF8Text.isBoundary(bytes[index]) { index -= 1 }
        return index
    }
}
