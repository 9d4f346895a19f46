/// Received bytes that nobody has looked at yet: pipelined requests, or the beginning of a body. Bounded by the size of
/// one read, because nothing is received while some are left.
package struct Leftover: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    package init() {}

    package var isEmpty: Bool { start == bytes.count }
    package var count: Int { bytes.count - start }

    /// Keeps what is left of a read. Only when empty.
    package mutating func store(_ rest: UnsafeRawBufferPointer) {
        precondition(isEmpty, "bytes are left from the read before")
        bytes = Array(rest)
        start = 0
    }

    /// Keeps bytes that were received. Only when empty.
    package mutating func store(_ rest: [UInt8]) {
        precondition(isEmpty, "bytes are left from the read before")
        bytes = rest
        start = 0
    }

    /// Lends the bytes; `body` adds to its second argument how many it used up. Throws only what `body` throws.
    package mutating func consume<Result>(
        _ body: (UnsafeRawBufferPointer, inout Int) throws -> Result
    ) rethrows -> Result {
        var used = 0
        defer {
            start += used
            if start == bytes.count { clear() }
        }
        return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start...]), &used) }
    }

    /// Takes all bytes out.
    package mutating func takeAll() -> [UInt8] {
        defer { clear() }
        return start == 0 ? bytes : Array(bytes[start...])
    }

    package mutating func clear() {
        bytes = []
        start = 0
    }
}
