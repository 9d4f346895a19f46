internal import HTTPMessages

/// How the end of a response is marked on the wire (RFC 9112 section 6), decided from values alone.
struct ResponseFraming: Equatable {
    enum Length: Equatable {
        /// Neither Content-Length nor Transfer-Encoding.
        case unmarked
        case counted(Int64)
        case chunked
        /// The body ends with the connection (HTTP/1.0 clients know no chunks).
        case untilClose
    }

    let length: Length
    /// False for HEAD and for statuses without a body: the fields stand, the bytes do not follow.
    let sendsBody: Bool

    init(method: HTTPMethod, minorVersion: Int, status: HTTPStatus, body: HTTPResponseBody) {
        if case .upgrade = body.content {
            length = .unmarked
            sendsBody = false
            return
        }
        let bodyLength = body.length
        sendsBody = method != .head && !status.forbidsBody
        if status.forbidsBody {
            // 304 may tell the length of what it stands for, but need not; 204 and 1xx must not (RFC 9110 section 8.6).
            length = .unmarked
        } else if let bodyLength {
            length = .counted(bodyLength)
        } else {
            length = minorVersion == 0 ? .untilClose : .chunked
        }
    }
}

extension HTTPResponseBody {
    /// The number of bytes if it is known before they are sent.
    fileprivate var length: Int64? {
        switch content {
        case .none: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .file(let slice): slice.count
        case .stream(let body): body.length
        case .upgrade: nil
        }
    }
}
