/// The field lines of a head or of trailers while they arrive, with what they say about the body.
struct HTTPFieldBlock: Sendable {
    private(set) var fields = HTTPFields()
    private(set) var bytes = 0
    private(set) var contentLength: Int64?
    private(set) var hostCount = 0
    private(set) var hasTransferCoding = false
    private var transferCodingFailure: HTTPParseFailure?

    /// How long the next line may be without its line end.
    func lineBytesMax(_ limits: HTTPParserLimits) -> Int {
        max(0, limits.fieldBytesMax - bytes - 2)
    }

    /// Adds one line (RFC 9112 section 5): a token, a colon without a blank before it, a value between optional blanks.
    /// Returns the failure, if any.
    mutating func add(_ line: UnsafeRawBufferPointer, limits: HTTPParserLimits) -> HTTPParseFailure? {
        if fields.count >= limits.fieldCountMax { return .tooManyFields }
        bytes += line.count + 2
        if ASCII.isBlank(line[0]) { return .foldedField }
        var hash: UInt32 = 0
        var colon = 0
        while colon < line.count, ASCII.isTokenByte(line[colon]) {
            hash = KnownFieldNames.step(hash, line[colon])
            colon += 1
        }
        guard colon > 0, colon < line.count, line[colon] == ASCII.colon else { return .invalidFieldName }
        let name = HTTPFieldName(
            token: UnsafeRawBufferPointer(rebasing: line[..<colon]), hash: KnownFieldNames.finish(hash))
        let value = ASCII.trimmed(UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]))
        let content = ASCII.fieldContent(value)
        if content == .forbidden { return .invalidFieldValue }
        if fields.isEmpty { fields.reserveCapacity(8) }
        fields.append(name, content == .ascii ? String(ascii: value) : Self.text(value))
        return note(name, value)
    }

    /// Remembers what frames the message (RFC 9112 section 6).
    private mutating func note(_ name: HTTPFieldName, _ value: UnsafeRawBufferPointer) -> HTTPParseFailure? {
        if name == .contentLength {
            if contentLength != nil { return .repeatedContentLength }
            guard let length = Self.length(value) else { return .invalidContentLength }
            contentLength = length
        } else if name == .transferEncoding {
            if hasTransferCoding { return .invalidTransferCoding }
            hasTransferCoding = true
            transferCodingFailure = Self.failure(transferCoding: value)
        } else if name == .host {
            hostCount += 1
        }
        return nil
    }

    /// Puts the host that the request's target names in the place of what `Host` says (RFC 9112 section 3.2.2).
    mutating func replaceHost(by host: String) {
        fields.set(.host, host)
    }

    /// The framing these fields ask for: both fields at once, or any coding but `chunked`, is refused, for such messages
    /// are how requests are smuggled past a proxy (RFC 9112 section 11.2).
    func bodyKind(versionMinor: Int) -> Result<HTTPBodyKind, HTTPParseFailure> {
        if hasTransferCoding {
            if contentLength != nil { return .failure(.lengthWithTransferCoding) }
            if versionMinor == 0 { return .failure(.invalidTransferCoding) }
            if let transferCodingFailure { return .failure(transferCodingFailure) }
            return .success(.chunked)
        }
        return .success(contentLength.map(HTTPBodyKind.length) ?? .none)
    }

    /// Decimal digits only, at most 18 of them, so that no arithmetic on it can overflow.
    private static func length(_ value: UnsafeRawBufferPointer) -> Int64? {
        guard (1...18).contains(value.count) else { return nil }
        var length: Int64 = 0
        for byte in value {
            guard ASCII.isDigit(byte) else { return nil }
            length = length * 10 + Int64(byte &- ASCII.zero)
        }
        return length
    }

    private static func failure(transferCoding value: UnsafeRawBufferPointer) -> HTTPParseFailure? {
        if ASCII.equals(value, lowercase: "chunked") { return nil }
        let codings = value.split(separator: ASCII.comma, omittingEmptySubsequences: false).map {
            ASCII.trimmed(UnsafeRawBufferPointer(rebasing: $0))
        }
        // A body that does not end with `chunked` has no known end; one that is chunked twice is malformed.
        guard let last = codings.last, ASCII.equals(last, lowercase: "chunked"),
            !codings.dropLast().contains(where: { $0.isEmpty || ASCII.equals($0, lowercase: "chunked") })
        else {
            return codings.count == 1 && value.allSatisfy(ASCII.isTokenByte) && !value.isEmpty
                ? .unsupportedTransferCoding : .invalidTransferCoding
        }
        return .unsupportedTransferCoding
    }

    /// The value as text: UTF-8 where it is, otherwise byte for byte as ISO 8859-1, which is what HTTP once said
    /// (RFC 9110 section 5.5). Refusing such values would lock out clients that still send them.
    static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }
}
