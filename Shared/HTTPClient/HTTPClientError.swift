/// Why an outgoing request failed. The message never holds the URL, a field value or text from the peer, so it may be
/// logged and shown.
package struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    /// An opaque reason: new reasons may be added without breaking a `switch` elsewhere.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        private init(_ description: String) { self.description = description }

        /// The request itself is wrong (no URL, a body that cannot be read, two readers of one body).
        package static let invalidRequest = Code("invalid_request")
        /// A URL that is neither http nor https, or that carries a user name.
        package static let unsupportedURL = Code("unsupported_url")
        /// A control character in the method, the URL or a field: it could split the request on the wire.
        package static let controlCharacter = Code("control_character")
        /// The file to be sent cannot be opened or read.
        package static let unreadableFile = Code("unreadable_file")
        /// The host name has no address.
        package static let unknownHost = Code("unknown_host")
        /// The host's addresses are not of the public internet, and the request asks for that.
        package static let forbiddenAddress = Code("forbidden_address")
        /// Nobody accepts connections there.
        package static let connectFailed = Code("connect_failed")
        /// No connection within `Timeouts.connect`.
        package static let connectTimeout = Code("connect_timeout")
        /// No response head within `Timeouts.firstByte`.
        package static let firstByteTimeout = Code("first_byte_timeout")
        /// Nothing moved for `Timeouts.idle`.
        package static let idleTimeout = Code("idle_timeout")
        /// Not finished within `Timeouts.total`.
        package static let totalTimeout = Code("total_timeout")
        /// TLS failed: no common protocol, or a certificate that is not trusted.
        package static let tlsFailed = Code("tls_failed")
        /// The connection ended before the response did.
        package static let connectionLost = Code("connection_lost")
        /// The peer answered with something that is not HTTP.
        package static let malformedResponse = Code("malformed_response")
        /// The response head or body is larger than the request allows.
        package static let responseTooLarge = Code("response_too_large")
        /// The calling task was cancelled or the stream was dropped.
        package static let cancelled = Code("cancelled")
        /// Too many requests are under way in this client.
        package static let overloaded = Code("overloaded")
        /// The client was shut down, or libcurl is not installed.
        package static let unavailable = Code("unavailable")
    }

    package let code: Code
    /// One safe sentence for people.
    package let message: String
    /// libcurl's own number (`CURLcode`), when the failure came from there.
    package let curlCode: UInt32?
    /// Where in this module the error was made.
    package let file: String
    package let line: UInt

    package init(
        _ code: Code, _ message: String, curlCode: UInt32? = nil, file: String = #fileID, line: UInt = #line
    ) {
        self.code = code
        self.message = message
        self.curlCode = curlCode
        self.file = file
        self.line = line
    }

    package var description: String {
        let number = curlCode.map { " (libcurl \($0))" } ?? ""
        return "\(code): \(message)\(number)"
    }

    /// True when nothing came back at all, so that another attempt has a chance: the peer was not reached, or the
    /// connection broke.
    package var isConnectionFailure: Bool {
        switch code {
        case .unknownHost, .connectFailed, .connectTimeout, .connectionLost: true
        default: false
        }
    }

    /// True for every kind of running out of time.
    package var isTimeout: Bool {
        switch code {
        case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout: true
        default: false
        }
    }
}
