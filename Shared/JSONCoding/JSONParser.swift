extension JSONValue {
    /// Parses a JSON text.
    ///
    /// Strict RFC 8259, and stricter where it leaves a choice: UTF-8 without byte order mark, names unique in their object
    /// (case matters), at most `JSONLimits.depthMax` levels. Foundation's decoder is not used because it accepts trailing
    /// commas, lets the last of two equal names win and refuses `0e1`; what one service refuses the next must not accept.
    ///
    /// - Throws: `JSONError` with the place.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        let parsed = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, JSONError> in
            var parser = JSONParser(text: buffer)
            do throws(JSONError) {
                return .success(try parser.wholeText())
            } catch {
                return .failure(error)
            }
        }
        self = try parsed.get()
    }

    /// Parses a JSON text given as a string.
    package init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }
}

/// Bounds of the parser.
package enum JSONLimits {
    /// Levels of arrays and objects.
    package static let depthMax = 64
    /// Members of one object.
    package static let membersMax = 10_000
}

private struct JSONParser {
    let text: UnsafeBufferPointer<UInt8>
    var index = 0
    var depth = 0

    mutating func wholeText() throws(JSONError) -> JSONValue {
        skipSpace()
        let result = try value()
        skipSpace()
        guard index == text.count else { throw failure(.trailingText) }
        return result
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        guard index < text.count else { throw failure(.unexpectedEnd) }
        switch text[index] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure(.unexpectedCharacter)
        }
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        try enter()
        var object = JSONObject()
        // Beyond a handful of members a walk for each name would be quadratic in what a client sends.
        var seen: Set<String> = []
        skipSpace()
        if try takeEnd(UInt8(ascii: "}")) { return .object(object) }
        while true {
            let start = index
            guard index < text.count else { throw failure(.unexpectedEnd) }
            guard text[index] == UInt8(ascii: "\"") else { throw failure(.unexpectedCharacter) }
            let name = try string()
            let isNew = object.count < 16 ? object[name] == nil : isNewName(name, of: object, &seen)
            guard isNew else { throw JSONError(reason: .duplicateName, offset: start) }
            guard object.count < JSONLimits.membersMax else { throw failure(.tooManyMembers) }
            skipSpace()
            try expect(UInt8(ascii: ":"))
            skipSpace()
            object.append(name, try value())
            skipSpace()
            if try takeEnd(UInt8(ascii: "}")) { return .object(object) }
            try expect(UInt8(ascii: ","))
            skipSpace()
        }
    }

    private func isNewName(_ name: String, of object: JSONObject, _ seen: inout Set<String>) -> Bool {
        if seen.isEmpty { seen.formUnion(object.keys) }
        return seen.insert(name).inserted
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        skipSpace()
        if try takeEnd(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if try takeEnd(UInt8(ascii: "]")) { return .array(elements) }
            try expect(UInt8(ascii: ","))
            skipSpace()
        }
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= JSONLimits.depthMax else { throw failure(.tooDeep) }
        index += 1
    }

    private mutating func takeEnd(_ byte: UInt8) throws(JSONError) -> Bool {
        guard index < text.count else { throw failure(.unexpectedEnd) }
        guard text[index] == byte else { return false }
        index += 1
        depth -= 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard index < text.count else { throw failure(.unexpectedEnd) }
        guard text[index] == byte else { throw failure(.unexpectedCharacter) }
        index += 1
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard index < text.count else { throw failure(.unexpectedEnd) }
            guard text[index] == word.utf8Start[offset] else { throw failure(.unexpectedCharacter) }
            index += 1
        }
        return value
    }

    private mutating func skipSpace() {
        while index < text.count {
            switch text[index] {
            case 0x20, 0x0a, 0x0d, 0x09: index += 1
            default: return
            }
        }
    }

    private func failure(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: reason, offset: index)
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = index
        var isWhole = true
        if text[index] == UInt8(ascii: "-") { index += 1 }
        let firstDigit = index
        try digits()
        // RFC 8259 section 6: no leading zeros.
        if text[firstDigit] == UInt8(ascii: "0"), index - firstDigit > 1 {
            throw JSONError(reason: .invalidNumber, offset: start)
        }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            isWhole = false
            index += 1
            try digits()
        }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            index += 1
            if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            try digits()
        }
        let characters = String(decoding: text[start..<index], as: UTF8.self)
        if isWhole, let whole = Int64(characters) { return .integer(whole) }
        guard let value = Double(characters), value.isFinite else {
            throw JSONError(reason: .numberTooLarge, offset: start)
        }
        return .number(value)
    }

    private mutating func digits() throws(JSONError) {
        let start = index
        while index < text.count, text[index] &- 0x30 < 10 { index += 1 }
        guard index > start else { throw failure(index < text.count ? .invalidNumber : .unexpectedEnd) }
    }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        index += 1
        let start = index
        // The common case: no escapes, so the bytes can be taken as they are.
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                let result = try validated(UnsafeBufferPointer(rebasing: text[start..<index]), at: start)
                index += 1
                return result
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure(.controlCharacter)
            default: index += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var bytes = Array(text[start..<index])
        while index < text.count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                let parsed = bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
                guard let parsed else { throw JSONError(reason: .invalidUTF8, offset: start) }
                return parsed
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &bytes)
            case 0..<0x20: throw failure(.controlCharacter)
            default:
                bytes.append(byte)
                index += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
        guard index < text.count else { throw failure(.unexpectedEnd) }
        let byte = text[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0c)
        case UInt8(ascii: "n"): bytes.append(0x0a)
        case UInt8(ascii: "r"): bytes.append(0x0d)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"): bytes.append(contentsOf: try unicodeEscape())
        default: throw JSONError(reason: .invalidEscape, offset: index - 2)
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> [UInt8] {
        let start = index - 2
        let unit = try fourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
        // A high surrogate must be followed by a low one; a low one cannot stand first.
        guard (0xd800..<0xdc00).contains(unit), index + 1 < text.count, text[index] == UInt8(ascii: "\\"),
            text[index + 1] == UInt8(ascii: "u")
        else { throw JSONError(reason: .loneSurrogate, offset: start) }
        index += 2
        let low = try fourHexDigits()
        guard (0xdc00..<0xe000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit - 0xd800) << 10) + UInt32(low - 0xdc00))
        else { throw JSONError(reason: .loneSurrogate, offset: start) }
        return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard index < text.count else { throw failure(.unexpectedEnd) }
            let digit: UInt8
            switch text[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = text[index] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = text[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = text[index] - UInt8(ascii: "A") + 10
            default: throw failure(.invalidEscape)
            }
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return value
    }

    private func validated(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(JSONError) -> String {
        guard let result = String(validating: bytes, as: UTF8.self) else {
            throw JSONError(reason: .invalidUTF8, offset: offset)
        }
        return result
    }
}
