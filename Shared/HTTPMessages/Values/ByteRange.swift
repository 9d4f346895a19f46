/// A `Range` field in bytes (RFC 9110 section 14).
package enum ByteRange: Sendable, Hashable {
    /// `500-999`; the last byte is included.
    case closed(first: Int64, last: Int64)
    /// `500-`
    case from(Int64)
    /// `-500`: the last so many bytes.
    case suffix(Int64)

    /// What a `Range` field means for content of a known length.
    package enum Resolution: Sendable, Hashable {
        /// To be ignored: the whole content is the answer.
        case whole
        /// 206 with these parts, in the order asked for.
        case parts([Range<Int64>])
        /// 416 with `Content-Range: bytes */length`.
        case unsatisfiable
    }

    /// More ranges than this are ignored, and so are ranges that overlap: both make a server send more than there is.
    package static let countMax = 16

    /// The ranges of a field value; nil when it is malformed or in another unit, and then it is to be ignored.
    package static func parse(_ value: some StringProtocol) -> [ByteRange]? {
        guard let equals = value.utf8.firstIndex(of: ASCII.equals),
            ASCII.equals(value.utf8[..<equals], lowercase: "bytes")
        else { return nil }
        var ranges: [ByteRange] = []
        for part in value.utf8[value.utf8.index(after: equals)...].split(separator: ASCII.comma) {
            var scanner = ByteScanner(Array(part))
            scanner.skipBlanks()
            // An empty member of a list counts for nothing.
            if scanner.isAtEnd { continue }
            let first = scanner.number()
            guard scanner.take(ASCII.hyphen) else { return nil }
            let last = scanner.number()
            scanner.skipBlanks()
            guard scanner.isAtEnd else { return nil }
            switch (first, last) {
            case (let first?, let last?) where first <= last: ranges.append(.closed(first: first, last: last))
            case (let first?, nil): ranges.append(.from(first))
            case (nil, let last?): ranges.append(.suffix(last))
            default: return nil
            }
        }
        return ranges.isEmpty ? nil : ranges
    }

    /// What the field value means for `length` bytes.
    package static func resolve(_ value: String?, length: Int64) -> Resolution {
        guard let value, let ranges = parse(value), ranges.count <= countMax else { return .whole }
        let parts = ranges.compactMap { $0.resolved(length: length) }
        if parts.isEmpty { return .unsatisfiable }
        let sorted = parts.sorted { $0.lowerBound < $1.lowerBound }
        for (one, next) in zip(sorted, sorted.dropFirst()) where next.lowerBound < one.upperBound { return .whole }
        return .parts(parts)
    }

    /// The bytes the range selects; nil when there are none.
    package func resolved(length: Int64) -> Range<Int64>? {
        switch self {
        case .closed(let first, let last): first < length ? first..<min(last, length - 1) + 1 : nil
        case .from(let first): first < length ? first..<length : nil
        case .suffix(let count): count > 0 && length > 0 ? max(0, length - count)..<length : nil
        }
    }

    /// The value of `Content-Range` for a part.
    package static func contentRange(_ part: Range<Int64>, length: Int64) -> String {
        "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(length)"
    }
}
