internal import HTTPMessages
internal import Platform

/// What the Connection field of a response says.
enum ConnectionOption {
    case unsaid
    case keepAlive
    case close
    /// The response brings its own Connection and Upgrade fields.
    case upgrade
}

/// Writes heads of responses: the handler's fields and those that belong to the connection.
struct ResponseHeadWriter {
    let site: ServerSite

    /// Appends a head with its empty line. Returns false, with nothing appended, when a field cannot be written: a line
    /// end or another control character in a value would let it pass for more than one field.
    func append(
        _ response: borrowing HTTPResponse, framing: ResponseFraming.Length, connection: ConnectionOption,
        context: RequestContext, to bytes: inout [UInt8]
    ) -> Bool {
        let start = bytes.count
        HTTPSerializer.appendStatusLine(response.status, to: &bytes)
        for field in response.fields where !isOurs(field.name, connection) {
            guard HTTPSerializer.appendField(field.name, field.value, to: &bytes) else {
                bytes.removeSubrange(start...)
                return false
            }
        }
        appendOwn(framing, connection, context, to: &bytes)
        return true
    }

    /// What the connection decides is not the handler's to say.
    private func isOurs(_ name: HTTPFieldName, _ connection: ConnectionOption) -> Bool {
        switch name {
        case .contentLength, .transferEncoding, .date, .xRequestID, .keepAlive: true
        case .connection: connection != .upgrade
        default: false
        }
    }

    private func appendOwn(
        _ framing: ResponseFraming.Length, _ connection: ConnectionOption, _ context: RequestContext,
        to bytes: inout [UInt8]
    ) {
        switch framing {
        case .unmarked, .untilClose: break
        case .counted(let count):
            bytes.append(literal: "Content-Length: ")
            bytes.append(decimal: count)
            bytes.append(literal: "\r\n")
        case .chunked: bytes.append(literal: "Transfer-Encoding: chunked\r\n")
        }
        switch connection {
        case .unsaid, .upgrade: break
        case .keepAlive: bytes.append(literal: "Connection: keep-alive\r\n")
        case .close: bytes.append(literal: "Connection: close\r\n")
        }
        site.appendDate(to: &bytes)
        bytes.append(literal: "X-Request-Id: ")
        context.appendRequestID(to: &bytes)
        bytes.append(literal: "\r\n\r\n")
    }

    /// For a response whose fields cannot be written.
    static let internalError = Array(
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
}

extension [UInt8] {
    mutating func append(literal: StaticString) {
        literal.withUTF8Buffer { append(contentsOf: $0) }
    }

    mutating func append(decimal number: Int64) {
        append(contentsOf: String(number).utf8)
    }
}
