/// The table behind `HTTPFieldName`: finds the number of a known name from its bytes in any case, without allocating.
///
/// Open addressing over a table at most one third full; the hash is cheap enough to be computed while the parser looks
/// for the colon. An attacker cannot slow it down by choosing names: the table's content is fixed.
struct KnownFieldNames: Sendable {
    static let shared = KnownFieldNames()

    private static let slotCount = 256
    private let names: [HTTPFieldName]
    /// Where the folded bytes of each name start in `folded`; one more entry than names, the last is the total.
    private let starts: [Int]
    private let folded: [UInt8]
    private let slots: [UInt8]

    private init() {
        var names: [HTTPFieldName] = []
        var starts = [0]
        var folded: [UInt8] = []
        var slots = [UInt8](repeating: 0, count: Self.slotCount)
        for (index, text) in Self.texts.enumerated() {
            let number = UInt8(index + 1)
            names.append(HTTPFieldName(known: text, number: number))
            folded += text.utf8.map { $0 | 0x20 }
            starts.append(folded.count)
            var slot = Int(Self.hash(text.utf8)) & (Self.slotCount - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (Self.slotCount - 1) }
            slots[slot] = number
        }
        self.names = names
        self.starts = starts
        self.folded = folded
        self.slots = slots
    }

    /// The hash of a name: case does not matter for letters.
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var value: UInt32 = 0
        for byte in bytes { value = step(value, byte) }
        return finish(value)
    }

    @inline(__always)
    static func step(_ value: UInt32, _ byte: UInt8) -> UInt32 {
        (value &+ UInt32(byte | 0x20)) &* 0x9E37_79B1
    }

    @inline(__always)
    static func finish(_ value: UInt32) -> UInt32 {
        value ^ (value >> 15)
    }

    func name(_ number: UInt8) -> HTTPFieldName {
        names[Int(number) - 1]
    }

    /// The number of the name, or 0 when it is not in the table.
    func number(of bytes: UnsafeRawBufferPointer) -> UInt8 {
        // Folding with 0x20 is only exact for tokens, see below.
        guard bytes.allSatisfy(ASCII.isTokenByte) else { return 0 }
        return number(of: bytes, hash: Self.hash(bytes))
    }

    /// As above for bytes that are known to be a token. Known names consist of letters, digits and hyphens; the only token
    /// bytes that fold onto those are their own other case, so comparing folded bytes is exact.
    func number(of bytes: UnsafeRawBufferPointer, hash: UInt32) -> UInt8 {
        var slot = Int(hash) & (Self.slotCount - 1)
        while true {
            let number = slots[slot]
            if number == 0 { return 0 }
            let start = starts[Int(number) - 1]
            if starts[Int(number)] - start == bytes.count, matches(bytes, foldedAt: start) { return number }
            slot = (slot + 1) & (Self.slotCount - 1)
        }
    }

    private func matches(_ bytes: UnsafeRawBufferPointer, foldedAt start: Int) -> Bool {
        folded.withUnsafeBufferPointer { folded in
            for index in 0..<bytes.count where bytes[index] | 0x20 != folded[start + index] { return false }
            return true
        }
    }

    /// The usual spellings. At most 85 of them, so that the table stays sparse.
    static let texts = [
        "Accept", "Accept-Encoding", "Accept-Language", "Accept-Ranges", "Access-Control-Allow-Credentials",
        "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin",
        "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Access-Control-Request-Headers",
        "Access-Control-Request-Method", "Age", "Allow", "Authorization", "Cache-Control", "Connection",
        "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length", "Content-Location",
        "Content-Range", "Content-Security-Policy", "Content-Type", "Cookie", "Date", "ETag", "Expect", "Expires",
        "Forwarded", "Host", "Idempotency-Key", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
        "If-Unmodified-Since", "Keep-Alive", "Last-Event-ID", "Last-Modified", "Link", "Location", "Origin", "Pragma",
        "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Range", "RateLimit", "RateLimit-Policy",
        "Referer", "Referrer-Policy", "Retry-After", "Sec-Fetch-Site", "Sec-WebSocket-Accept",
        "Sec-WebSocket-Extensions", "Sec-WebSocket-Key", "Sec-WebSocket-Protocol", "Sec-WebSocket-Version", "Server",
        "Set-Cookie", "Strict-Transport-Security", "TE", "traceparent", "tracestate", "Trailer", "Transfer-Encoding",
        "Upgrade", "User-Agent", "Vary", "Via", "WWW-Authenticate", "X-Accel-Buffering", "X-Content-Type-Options",
        "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Frame-Options", "X-Request-Id",
    ]
}
