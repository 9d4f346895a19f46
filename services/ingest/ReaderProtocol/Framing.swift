/// Splits a stream of bytes into frames: four bytes of length, the lowest first, then that many bytes.
package struct Framing: Sendable {
    /// A picture of the largest size as PNG stays below; nothing else comes near.
    package static let frameBytesMax = 64 << 20

    private var buffer: [UInt8] = []
    private var consumed = 0

    package init() {}

    /// Takes what arrived.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if consumed > 0 {
            buffer.removeFirst(consumed)
            consumed = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The content of the next whole frame, or nil until more has arrived.
    ///
    /// - Throws: ``WireError`` for a frame longer than ``frameBytesMax``.
    package mutating func next() throws(WireError) -> [UInt8]? {
        guard buffer.count - consumed >= 4 else { return nil }
        let length = (0..<4).reversed().reduce(0) { $0 << 8 | Int(buffer[consumed + $1]) }
        guard length <= Self.frameBytesMax else { throw WireError("a frame of \(length) bytes") }
        guard buffer.count - consumed - 4 >= length else { return nil }
        let start = consumed + 4
        consumed = start + length
        return [UInt8](buffer[start..<consumed])
    }

    static func framed(_ content: [UInt8]) -> [UInt8] {
        precondition(content.count <= frameBytesMax, "callers bound what they send")
        var frame: [UInt8] = []
        frame.reserveCapacity(content.count + 4)
        for shift in stride(from: 0, to: 32, by: 8) { frame.append(UInt8(truncatingIfNeeded: content.count >> shift)) }
        frame.append(contentsOf: content)
        return frame
    }
}
