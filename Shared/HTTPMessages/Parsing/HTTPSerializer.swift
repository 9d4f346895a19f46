/// A field, target or phrase that cannot be written: with a line end in it, it would pass for more than one (RFC 9110
/// section 5.5), which is how responses are split.
package struct HTTPSerializationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What cannot be written: a field's name, or `target`. Never the value.
    package let subject: String

    package var description: String { "\(subject) cannot be written into a message head" }
}

/// Writes heads and chunk framing (RFC 9112). On an error nothing has been appended.
package enum HTTPSerializer {
    /// Appends a status line, the fields and the empty line.
    package static func append(
        _ head: HTTPResponseHead, to bytes: inout [UInt8]
    ) throws(HTTPSerializationError) {
        let start = bytes.count
        appendStatusLine(head.status, to: &bytes)
        try append(head.fields, to: &bytes, restoringTo: start)
        bytes.append(ASCII.carriageReturn)
        bytes.append(ASCII.lineFeed)
    }

    /// Appends a request line, the fields and the empty line.
    package static func append(_ head: HTTPRequestHead, to bytes: inout [UInt8]) throws(HTTPSerializationError) {
        guard !head.method.rawValue.isEmpty, head.method.rawValue.utf8.allSatisfy(ASCII.isTokenByte) else {
            throw HTTPSerializationError(subject: "method")
        }
        guard !head.target.isEmpty, head.target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw HTTPSerializationError(subject: "target")
        }
        let start = bytes.count
        bytes.append(contentsOf: head.method.rawValue.utf8)
        bytes.append(ASCII.space)
        bytes.append(contentsOf: head.target.utf8)
        append(" HTTP/1.1\r\n", to: &bytes)
        try append(head.fields, to: &bytes, restoringTo: start)
        bytes.append(ASCII.carriageReturn)
        bytes.append(ASCII.lineFeed)
    }

    /// Appends `HTTP/1.1 200 OK` with its line end.
    package static func appendStatusLine(_ status: HTTPStatus, to bytes: inout [UInt8]) {
        if status.code == 200 { return append("HTTP/1.1 200 OK\r\n", to: &bytes) }
        append("HTTP/1.1 ", to: &bytes)
        let code = UInt16(clamping: max(0, min(status.code, 999)))
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + code / 100))
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + code / 10 % 10))
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + code % 10))
        bytes.append(ASCII.space)
        bytes.append(contentsOf: status.reason.utf8)
        bytes.append(ASCII.carriageReturn)
        bytes.append(ASCII.lineFeed)
    }

    /// Appends one field line. Returns false, with nothing appended, when the name is no token or the value has control
    /// characters.
    package static func appendField(_ name: HTTPFieldName, _ value: String, to bytes: inout [UInt8]) -> Bool {
        // Known names are tokens.
        guard name.number != 0 || (!name.text.isEmpty && name.text.utf8.allSatisfy(ASCII.isTokenByte)) else {
            return false
        }
        var value = value
        guard value.withUTF8({ ASCII.isFieldContent(UnsafeRawBufferPointer($0)) }) else { return false }
        bytes.append(contentsOf: name.text.utf8)
        bytes.append(ASCII.colon)
        bytes.append(ASCII.space)
        bytes.append(contentsOf: value.utf8)
        bytes.append(ASCII.carriageReturn)
        bytes.append(ASCII.lineFeed)
        return true
    }

    /// Appends a chunk: size line, data, line end. Nothing for no data, which would end the body.
    package static func appendChunk(_ data: some Collection<UInt8>, to bytes: inout [UInt8]) {
        if data.isEmpty { return }
        appendChunkStart(size: data.count, to: &bytes)
        bytes.append(contentsOf: data)
        bytes.append(ASCII.carriageReturn)
        bytes.append(ASCII.lineFeed)
    }

    /// Appends the line before a chunk's data; the caller sends the data and then a line end.
    package static func appendChunkStart(size: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: String(max(0, size), radix: 16).utf8)
        bytes.append(ASCII.carriageReturn)
        bytes.append(ASCII.lineFeed)
    }

    /// Appends the last chunk, the trailers and the end of the body.
    package static func appendLastChunk(
        trailers: HTTPFields = [:], to bytes: inout [UInt8]
    ) throws(HTTPSerializationError) {
        let start = bytes.count
        append("0\r\n", to: &bytes)
        try append(trailers, to: &bytes, restoringTo: start)
        bytes.append(ASCII.carriageReturn)
        bytes.append(ASCII.lineFeed)
    }

    private static func append(
        _ fields: HTTPFields, to bytes: inout [UInt8], restoringTo start: Int
    ) throws(HTTPSerializationError) {
        for field in fields where !appendField(field.name, field.value, to: &bytes) {
            bytes.removeSubrange(start...)
            throw HTTPSerializationError(subject: "the field \(printable(field.name.text))")
        }
    }

    /// A name that is no token may hold anything; keep it out of logs.
    private static func printable(_ name: String) -> String {
        name.utf8.count <= 64 && name.utf8.allSatisfy(ASCII.isTokenByte) ? name : "(with a bad name)"
    }

    private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}
