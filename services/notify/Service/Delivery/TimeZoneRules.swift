import Platform

/// The offsets of a time zone from UTC, from the system's time zone files (TZif, RFC 9636).
struct TimeZoneRules: Sendable, Hashable {
    private static let folder = "/usr/share/zoneinfo"
    private static let fileBytesMax = 256 << 10

    /// When an offset begins, in seconds since 1970, and the offset in seconds; sorted.
    private let changes: [Change]
    private let first: Int
    /// What holds after the last change; nil when the file does not say.
    private let footer: TimeZoneFooter?

    private struct Change: Sendable, Hashable {
        let moment: Int64
        let offset: Int
    }

    static let utc = TimeZoneRules(changes: [], first: 0, footer: nil)

    /// The zone `name`, such as `Europe/Berlin`; nil when the system does not know it. Blocks.
    init?(named name: String) {
        if name == "UTC" {
            self = .utc
            return
        }
        let isName = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "/_+-".utf8.contains(byte)
        }
        guard isName, !name.isEmpty, !name.hasPrefix("/"), LocalFiles.isFile("\(Self.folder)/\(name)"),
            let bytes = try? LocalFiles.read("\(Self.folder)/\(name)", bytesMax: Self.fileBytesMax)
        else { return nil }
        self.init(file: bytes)
    }

    private init(changes: [Change], first: Int, footer: TimeZoneFooter?) {
        self.changes = changes
        self.first = first
        self.footer = footer
    }

    /// Reads the 64-bit part of a TZif file and its footer.
    init?(file: [UInt8]) {
        var reader = Reader(bytes: file)
        guard let old = reader.header(), old.version >= 2 else { return nil }
        reader.position += old.byteCount(timeSize: 4)
        guard let header = reader.header() else { return nil }
        let moments = reader.numbers(header.timeCount, size: 8)
        let indexes = reader.numbers(header.timeCount, size: 1)
        var types: [Int] = []
        for _ in 0..<header.typeCount {
            guard let offset = reader.number(size: 4), reader.number(size: 2) != nil else { return nil }
            types.append(Int(Int32(truncatingIfNeeded: offset)))
        }
        guard let moments, let indexes, let standard = types.first else { return nil }
        var changes: [Change] = []
        for (moment, index) in zip(moments, indexes) {
            guard types.indices.contains(Int(index)) else { return nil }
            changes.append(Change(moment: moment, offset: types[Int(index)]))
        }
        // What is between says nothing about offsets: names, leap seconds, and how the rules were written down.
        reader.position += header.byteCount(timeSize: 8) - header.timeCount * 9 - header.typeCount * 6
        self.init(changes: changes, first: standard, footer: TimeZoneFooter(reader.footer()))
    }

    /// Seconds to add to UTC at a moment.
    func offset(at seconds: Int64) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].moment <= seconds { low = middle + 1 } else { high = middle }
        }
        if low == changes.count, let footer { return footer.offset(at: seconds) }
        return low == 0 ? first : changes[low - 1].offset
    }

    private struct Header {
        let version: Int
        let utCount, standardCount, leapCount, timeCount, typeCount, characterCount: Int

        func byteCount(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + standardCount
                + utCount
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func header() -> Header? {
            guard position + 44 <= bytes.count, bytes[position..<(position + 4)].elementsEqual("TZif".utf8) else {
                return nil
            }
            let version = Int(bytes[position + 4]) - 0x30
            position += 20
            guard let counts = numbers(6, size: 4), counts.allSatisfy({ (0...10_000).contains($0) }) else { return nil }
            return Header(
                version: version, utCount: Int(counts[0]), standardCount: Int(counts[1]), leapCount: Int(counts[2]),
                timeCount: Int(counts[3]), typeCount: Int(counts[4]), characterCount: Int(counts[5]))
        }

        /// The text between two line breaks (RFC 9636 section 3.3); empty when there is none.
        func footer() -> String {
            guard (0..<bytes.count).contains(position), bytes[position] == UInt8(ascii: "\n") else { return "" }
            return String(decoding: bytes[(position + 1)...].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }

        mutating func numbers(_ count: Int, size: Int) -> [Int64]? {
            var numbers: [Int64] = []
            for _ in 0..<count {
                guard let number = number(size: size) else { return nil }
                numbers.append(number)
            }
            return numbers
        }

        /// Big-endian; of eight bytes with its sign.
        mutating func number(size: Int) -> Int64? {
            guard position >= 0, position + size <= bytes.count else { return nil }
            defer { position += size }
            return bytes[position..<(position + size)].reduce(0) { $0 << 8 | Int64($1) }
        }
    }
}
