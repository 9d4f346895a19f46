/// Parameters after a value, as `Content-Type` and `Content-Disposition` have them: `; name=token; name="quoted text"`
/// (RFC 9110 section 5.6.6).
enum HTTPParameters {
    /// Parameters of one value at most.
    static let countMax = 32

    /// The parameters with their names in lower case, or nil when they are malformed or a name occurs twice.
    ///
    /// - Parameter allowsBareBackslash: A backslash escapes only a quote or a backslash, for browsers that send
    ///   `filename="C:\notes.pdf"`.
    static func parse(
        _ bytes: some Collection<UInt8>, allowsBareBackslash: Bool = false
    ) -> [(name: String, value: String)]? {
        var scanner = ByteScanner(Array(bytes))
        var parameters: [(name: String, value: String)] = []
        while true {
            scanner.skipBlanks()
            if scanner.isAtEnd { return parameters }
            guard scanner.take(ASCII.semicolon) else { return nil }
            scanner.skipBlanks()
            // RFC 9110 allows an empty place between semicolons.
            if scanner.isAtEnd || scanner.peek == ASCII.semicolon { continue }
            guard let name = scanner.token()?.lowercased(), scanner.take(ASCII.equals) else { return nil }
            let value =
                scanner.peek == ASCII.quote
                ? scanner.quotedText(allowsBareBackslash: allowsBareBackslash) : scanner.token()
            guard let value, parameters.count < countMax, !parameters.contains(where: { $0.name == name }) else {
                return nil
            }
            parameters.append((name: name, value: value))
        }
    }

    /// The value as a token where it is one, otherwise quoted; nil when it has control characters.
    static func written(_ value: String) -> String? {
        if !value.isEmpty, value.utf8.allSatisfy(ASCII.isTokenByte) { return value }
        guard value.utf8.allSatisfy(ASCII.isFieldByte) else { return nil }
        var text = "\""
        for character in value.unicodeScalars {
            if character == "\"" || character == "\\" { text += "\\" }
            text.unicodeScalars.append(character)
        }
        return text + "\""
    }
}

/// Walks over the bytes of a field value.
struct ByteScanner {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }
    var rest: ArraySlice<UInt8> { bytes[position...] }

    mutating func skipBlanks() {
        while let byte = peek, ASCII.isBlank(byte) { position += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    mutating func token() -> String? {
        let start = position
        while let byte = peek, ASCII.isTokenByte(byte) { position += 1 }
        return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    /// Decimal digits, at most 18 so that nothing overflows.
    mutating func number() -> Int64? {
        let start = position
        var value: Int64 = 0
        while let byte = peek, ASCII.isDigit(byte) {
            guard position - start < 18 else { return nil }
            value = value * 10 + Int64(byte &- ASCII.zero)
            position += 1
        }
        return position > start ? value : nil
    }

    mutating func quotedText(allowsBareBackslash: Bool) -> String? {
        guard take(ASCII.quote) else { return nil }
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            if byte == ASCII.quote { return String(validating: text, as: UTF8.self) }
            guard ASCII.isFieldByte(byte) else { return nil }
            if byte == ASCII.backslash, let next = peek, ASCII.isFieldByte(next),
                !allowsBareBackslash || next == ASCII.quote || next == ASCII.backslash
            {
                text.append(next)
                position += 1
            } else {
                text.append(byte)
            }
        }
        return nil
    }
}
