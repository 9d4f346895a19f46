internal import Platform

/// The word pieces of a model and their numbers.
///
/// One buffer with all pieces and two open hash tables over it (pieces that begin a word, and pieces that go on, which
/// the file marks with `##`): under a megabyte, where a dictionary of strings takes four.
struct Vocabulary: Sendable {
    /// The most bytes and lines of a file that is read.
    static let bytesMax = 4 << 20
    static let piecesMax = 1 << 17

    let unknown: Int32
    let start: Int32
    let end: Int32
    let count: Int

    private let bytes: [UInt8]
    /// Where the letters of each piece are in `bytes`.
    private let ranges: [(start: UInt32, count: UInt16)]
    private let beginnings: Table
    private let continuations: Table

    /// Reads `vocab.txt`: a piece in each line, its number is that of the line, from 0.
    /// - Throws: `modelMissing` if it cannot be read, `modelMalformed` if it is too large or lacks `[UNK]`, `[CLS]` or `[SEP]`.
    init(path: String) throws(EmbeddingError) {
        let file: MappedFile
        do {
            file = try MappedFile(path: path)
        } catch {
            throw EmbeddingError(.modelMissing, "the model's vocabulary cannot be read: \(error)")
        }
        guard file.bytes.count <= Self.bytesMax else {
            throw EmbeddingError(.modelMalformed, "the model's vocabulary is too large")
        }
        try self.init(bytes: Array(file.bytes))
    }

    init(bytes: [UInt8]) throws(EmbeddingError) {
        var ranges: [(start: UInt32, count: UInt16)] = []
        var begin: [Int32] = []
        var go: [Int32] = []
        var special: [String: Int32] = [:]
        for line in Self.lines(of: bytes) {
            let number = Int32(ranges.count)
            let goesOn = line.count > 2 && bytes[line.lowerBound...].starts(with: "##".utf8)
            let letters = goesOn ? (line.lowerBound + 2)..<line.upperBound : line
            guard let count = UInt16(exactly: letters.count), ranges.count < Self.piecesMax else {
                throw EmbeddingError(.modelMalformed, "the model's vocabulary is too large")
            }
            ranges.append((UInt32(letters.lowerBound), count))
            if goesOn { go.append(number) } else { begin.append(number) }
            if bytes[line].first == UInt8(ascii: "[") {
                special[String(decoding: bytes[line], as: UTF8.self)] = number
            }
        }
        guard let unknown = special["[UNK]"], let start = special["[CLS]"], let end = special["[SEP]"] else {
            throw EmbeddingError(.modelMalformed, "the model's vocabulary lacks its special pieces")
        }
        self.unknown = unknown
        self.start = start
        self.end = end
        self.bytes = bytes
        count = ranges.count
        func hash(_ number: Int32) -> UInt32 {
            let (start, count) = ranges[Int(number)]
            return bytes[Int(start)..<(Int(start) + Int(count))].reduce(Self.seed, Self.mix)
        }
        beginnings = Table(numbers: begin, hash: hash)
        continuations = Table(numbers: go, hash: hash)
        self.ranges = ranges
    }

    // MARK: Looking up

    /// The beginning of a hash over the letters of a piece (FNV-1a).
    static let seed: UInt32 = 2_166_136_261

    static func mix(_ hash: UInt32, _ byte: UInt8) -> UInt32 { (hash ^ UInt32(byte)) &* 16_777_619 }

    /// The number of the piece with these letters and their hash.
    func number(of letters: ArraySlice<UInt8>, hash: UInt32, beginsWord: Bool) -> Int32? {
        let table = beginsWord ? beginnings : continuations
        var slot = Int(hash) & table.mask
        while true {
            let number = table.slots[slot]
            guard number >= 0 else { return nil }
            let (start, count) = ranges[Int(number)]
            if Int(count) == letters.count, bytes[Int(start)..<(Int(start) + Int(count))].elementsEqual(letters) {
                return number
            }
            slot = (slot + 1) & table.mask
        }
    }

    /// Numbers by hash, with open addressing; at most half full, so that a search always ends.
    private struct Table: Sendable {
        let slots: [Int32]
        let mask: Int

        init(numbers: [Int32], hash: (Int32) -> UInt32) {
            var size = 16
            while size < numbers.count * 2 { size *= 2 }
            mask = size - 1
            var slots = [Int32](repeating: -1, count: size)
            for number in numbers {
                var slot = Int(hash(number)) & mask
                while slots[slot] >= 0 { slot = (slot + 1) & mask }
                slots[slot] = number
            }
            self.slots = slots
        }
    }

    private static func lines(of bytes: [UInt8]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
            lines.append(start..<(hasReturn ? end - 1 : end))
            start = end + 1
        }
        return lines
    }
}
