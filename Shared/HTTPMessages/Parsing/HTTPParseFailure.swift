/// Why bytes are not an acceptable message. The connection is closed after any of them, for nobody knows where the next
/// message would begin (RFC 9112 section 9.6).
package enum HTTPParseFailure: String, Error, Sendable, Hashable, CaseIterable {
    /// A line ends with LF alone.
    case bareLineFeed
    case requestLineTooLong
    case malformedRequestLine
    case invalidMethod
    case invalidTarget
    case unsupportedVersion
    case fieldsTooLarge
    case tooManyFields
    case foldedField
    case invalidFieldName
    case invalidFieldValue
    case missingHost
    case repeatedHost
    case invalidHost
    case invalidContentLength
    case repeatedContentLength
    case lengthWithTransferCoding
    case invalidTransferCoding
    case unsupportedTransferCoding
    case bodyTooLarge
    case invalidChunk
    case chunkLineTooLong
    case forbiddenTrailer
    case malformedStatusLine
    case tooManyInterimResponses
    /// The connection closed inside a message.
    case incomplete
    /// The message did not arrive in time; never found by a parser, given by those who keep the clock.
    case timedOut

    /// What a server answers before it closes the connection.
    package var status: HTTPStatus {
        switch self {
        case .requestLineTooLong: .uriTooLong
        case .fieldsTooLarge, .tooManyFields: .fieldsTooLarge
        case .bodyTooLarge: .contentTooLarge
        case .unsupportedVersion: .versionNotSupported
        case .unsupportedTransferCoding: .notImplemented
        case .timedOut: .requestTimeout
        default: .badRequest
        }
    }
}

/// What the parsers accept at most. Each limit is refused as soon as it is exceeded, before the rest is read.
package struct HTTPParserLimits: Sendable, Hashable {
    /// Request line or status line, without its line end: 414.
    package var startLineBytesMax = 8 * 1024
    /// Field lines of a head or of trailers: 431.
    package var fieldCountMax = 100
    /// Bytes of all field lines of a head or of trailers, line ends counted: 431.
    package var fieldBytesMax = 32 * 1024
    /// Body bytes, without chunk framing: 413. A server sets it for each request when it knows the route.
    package var bodyBytesMax: Int64 = 1024 * 1024
    /// A line with a chunk's size, without its line end: 400.
    package var chunkLineBytesMax = 256
    /// Chunk extensions of one body in all; otherwise tiny chunks with long extensions would cost without end: 400.
    package var chunkExtensionBytesMax = 16 * 1024
    /// Interim (1xx) responses before the real one.
    package var interimResponsesMax = 8

    package init() {}
}
