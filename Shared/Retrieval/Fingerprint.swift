/// Which words a text has, for telling whether another one says nearly the same.
struct Fingerprint {
    /// Hashes (FNV-1a) of the words of four letters and more and of all with a digit, each once, in order.
    private let words: [UInt32]

    init(_ text: ArraySlice<UInt8>) {
        var words: [UInt32] = []
        var hash: UInt32 = 0
        var length = 0
        var hasDigit = false
        for byte in text {
            if UTF8Text.isLetter(byte) || UTF8Text.isDigit(byte) || byte >= 0x80 {
                if length == 0 { (hash, hasDigit) = (2_166_136_261, false) }
                hash = (hash ^ UInt32(UTF8Text.isUpper(byte) ? byte | 0x20 : byte)) &* 16_777_619
                hasDigit = hasDigit || UTF8Text.isDigit(byte)
                length += 1
            } else {
                if length >= 4 || hasDigit, length > 0 { words.append(hash) }
                length = 0
            }
        }
        if length >= 4 || hasDigit, length > 0 { words.append(hash) }
        words.sort()
        var distinct: [UInt32] = []
        distinct.reserveCapacity(words.count)
        for word in words where word != distinct.last { distinct.append(word) }
        self.words = distinct
    }

    /// The part of the words of both texts that both have, 0 when neither has any.
    func overlap(with other: Self) -> Double {
        var (index, place, common) = (0, 0, 0)
        while index < words.count, place < other.words.count {
            let (one, two) = (words[index], other.words[place])
            if one == two { common += 1 }
            if one <= two { index += 1 }
            if two <= one { place += 1 }
        }
        let all = words.count + other.words.count - common
        return all == 0 ? 0 : Double(common) / Double(all)
    }
}
