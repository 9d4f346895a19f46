/// The name of a header or trailer field, compared without regard to case (RFC 9110 section 5.1).
///
/// Names that the house uses carry a small number, so that comparing two of them, which happens several times in every
/// request, is one comparison of bytes, and so that the parser allocates nothing for them.
package struct HTTPFieldName: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The name as it is written out: the usual spelling for a known name, otherwise the spelling it was made with.
    package let text: String
    /// The place in the table of known names counted from 1, or 0. Every way to make a name goes through the table, so
    /// two names with different numbers are never equal.
    let number: UInt8

    init(known text: String, number: UInt8) {
        self.text = text
        self.number = number
    }

    /// Makes a name from any text. Whether it is a valid token is checked where it is written to the wire.
    package init(_ text: String) {
        var copy = text
        let number = copy.withUTF8 { KnownFieldNames.shared.number(of: UnsafeRawBufferPointer($0)) }
        if number > 0 {
            self = KnownFieldNames.shared.name(number)
        } else {
            self.text = copy
            self.number = 0
        }
    }

    /// Makes a name from bytes that the caller has found to be a token (ASCII); `hash` is `KnownFieldNames.hash` of them.
    init(token bytes: UnsafeRawBufferPointer, hash: UInt32) {
        let number = KnownFieldNames.shared.number(of: bytes, hash: hash)
        if number > 0 {
            self = KnownFieldNames.shared.name(number)
        } else {
            text = String(ascii: bytes)
            self.number = 0
        }
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }

    package var description: String { text }

    package static func == (left: HTTPFieldName, right: HTTPFieldName) -> Bool {
        if left.number != right.number { return false }
        if left.number != 0 { return true }
        return ASCII.equalIgnoringCase(left.text, right.text)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(number)
        if number == 0 {
            for byte in text.utf8 { hasher.combine(ASCII.lowercased(byte)) }
        }
    }
}

extension HTTPFieldName {
    package static let accept = HTTPFieldName("Accept")
    package static let acceptEncoding = HTTPFieldName("Accept-Encoding")
    package static let acceptLanguage = HTTPFieldName("Accept-Language")
    package static let acceptRanges = HTTPFieldName("Accept-Ranges")
    package static let accessControlAllowCredentials = HTTPFieldName("Access-Control-Allow-Credentials")
    package static let accessControlAllowHeaders = HTTPFieldName("Access-Control-Allow-Headers")
    package static let accessControlAllowMethods = HTTPFieldName("Access-Control-Allow-Methods")
    package static let accessControlAllowOrigin = HTTPFieldName("Access-Control-Allow-Origin")
    package static let accessControlExposeHeaders = HTTPFieldName("Access-Control-Expose-Headers")
    package static let accessControlMaxAge = HTTPFieldName("Access-Control-Max-Age")
    package static let accessControlRequestHeaders = HTTPFieldName("Access-Control-Request-Headers")
    package static let accessControlRequestMethod = HTTPFieldName("Access-Control-Request-Method")
    package static let age = HTTPFieldName("Age")
    package static let allow = HTTPFieldName("Allow")
    package static let authorization = HTTPFieldName("Authorization")
    package static let cacheControl = HTTPFieldName("Cache-Control")
    package static let connection = HTTPFieldName("Connection")
    package static let contentDisposition = HTTPFieldName("Content-Disposition")
    package static let contentEncoding = HTTPFieldName("Content-Encoding")
    package static let contentLanguage = HTTPFieldName("Content-Language")
    package static let contentLength = HTTPFieldName("Content-Length")
    package static let contentLocation = HTTPFieldName("Content-Location")
    package static let contentRange = HTTPFieldName("Content-Range")
    package static let contentSecurityPolicy = HTTPFieldName("Content-Security-Policy")
    package static let contentType = HTTPFieldName("Content-Type")
    package static let cookie = HTTPFieldName("Cookie")
    package static let date = HTTPFieldName("Date")
    package static let etag = HTTPFieldName("ETag")
    package static let expect = HTTPFieldName("Expect")
    package static let expires = HTTPFieldName("Expires")
    package static let forwarded = HTTPFieldName("Forwarded")
    package static let host = HTTPFieldName("Host")
    package static let idempotencyKey = HTTPFieldName("Idempotency-Key")
    package static let ifMatch = HTTPFieldName("If-Match")
    package static let ifModifiedSince = HTTPFieldName("If-Modified-Since")
    package static let ifNoneMatch = HTTPFieldName("If-None-Match")
    package static let ifRange = HTTPFieldName("If-Range")
    package static let ifUnmodifiedSince = HTTPFieldName("If-Unmodified-Since")
    package static let keepAlive = HTTPFieldName("Keep-Alive")
    package static let lastEventID = HTTPFieldName("Last-Event-ID")
    package static let lastModified = HTTPFieldName("Last-Modified")
    package static let link = HTTPFieldName("Link")
    package static let location = HTTPFieldName("Location")
    package static let origin = HTTPFieldName("Origin")
    package static let pragma = HTTPFieldName("Pragma")
    package static let proxyAuthenticate = HTTPFieldName("Proxy-Authenticate")
    package static let proxyAuthorization = HTTPFieldName("Proxy-Authorization")
    package static let proxyConnection = HTTPFieldName("Proxy-Connection")
    package static let range = HTTPFieldName("Range")
    package static let rateLimit = HTTPFieldName("RateLimit")
    package static let rateLimitPolicy = HTTPFieldName("RateLimit-Policy")
    package static let referer = HTTPFieldName("Referer")
    package static let referrerPolicy = HTTPFieldName("Referrer-Policy")
    package static let retryAfter = HTTPFieldName("Retry-After")
    package static let secFetchSite = HTTPFieldName("Sec-Fetch-Site")
    package static let secWebSocketAccept = HTTPFieldName("Sec-WebSocket-Accept")
    package static let secWebSocketExtensions = HTTPFieldName("Sec-WebSocket-Extensions")
    package static let secWebSocketKey = HTTPFieldName("Sec-WebSocket-Key")
    package static let secWebSocketProtocol = HTTPFieldName("Sec-WebSocket-Protocol")
    package static let secWebSocketVersion = HTTPFieldName("Sec-WebSocket-Version")
    package static let server = HTTPFieldName("Server")
    package static let setCookie = HTTPFieldName("Set-Cookie")
    package static let strictTransportSecurity = HTTPFieldName("Strict-Transport-Security")
    package static let te = HTTPFieldName("TE")
    package static let traceparent = HTTPFieldName("traceparent")
    package static let tracestate = HTTPFieldName("tracestate")
    package static let trailer = HTTPFieldName("Trailer")
    package static let transferEncoding = HTTPFieldName("Transfer-Encoding")
    package static let upgrade = HTTPFieldName("Upgrade")
    package static let userAgent = HTTPFieldName("User-Agent")
    package static let vary = HTTPFieldName("Vary")
    package static let via = HTTPFieldName("Via")
    package static let wwwAuthenticate = HTTPFieldName("WWW-Authenticate")
    package static let xAccelBuffering = HTTPFieldName("X-Accel-Buffering")
    package static let xContentTypeOptions = HTTPFieldName("X-Content-Type-Options")
    package static let xForwardedFor = HTTPFieldName("X-Forwarded-For")
    package static let xForwardedHost = HTTPFieldName("X-Forwarded-Host")
    package static let xForwardedProto = HTTPFieldName("X-Forwarded-Proto")
    package static let xFrameOptions = HTTPFieldName("X-Frame-Options")
    package static let xRequestID = HTTPFieldName("X-Request-Id")
}
