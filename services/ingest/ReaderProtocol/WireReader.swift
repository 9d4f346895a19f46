/// Bytes that are not what a `WireWriter` writes.
package struct WireError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Reads what a ``WireWriter`` wrote.
///
/// The bytes come from a process that may have been taken over by a hostile file, so nothing in them is believed: every
/// read is checked against the end, and numbers are so small that all the sums a frame has room for cannot overflow.
package struct WireReader: Sendable {
    /// No count, offset or coordinate is larger than this.
    package static let numberMax = 1 << 36

    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var isAtEnd: Bool { position == bytes.count }

    package mutating func byte() throws(WireError) -> UInt8 {
        guard position < bytes.count else { throw WireError("a message that ends early") }
        defer { position += 1 }
        return bytes[position]
    }

    package mutating func count() throws(WireError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(Self.numberMax) else { throw WireError("a number out of range") }
        return Int(value)
    }

    package mutating func signed() throws(WireError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(Self.numberMax) * 2 else { throw WireError("a number out of range") }
        return Int(value >> 1) ^ -Int(value & 1)
    }

    package mutating func double() throws(WireError) -> Double {
        guard bytes.count - position >= 8 else { throw WireError("a message that ends early") }
        var pattern: UInt64 = 0
        for index in (0..<8).reversed() { pattern = pattern << 8 | UInt64(bytes[position + index]) }
        position += 8
        let value = Double(bitPattern: pattern)
        guard value.isFinite else { throw WireError("a number that is none") }
        return value
    }

    package mutating func blob() throws(WireError) -> [UInt8] {
        let length = try count()
        guard length <= bytes.count - position else { throw WireError("a message that ends early") }
        defer { position += length }
        return [UInt8](bytes[position..<position + length])
    }

    package mutating func string() throws(WireError) -> String {
        let length = try count()
        guard length <= bytes.count - position else { throw WireError("a message that ends early") }
        defer { position += length }
        guard let text = String(validating: bytes[position..<position + length], as: UTF8.self) else {
            throw WireError("text that is not UTF-8")
        }
        return text
    }

    private mutating func unsigned() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 63, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7F) << UInt64(shift)
            if next < 0x80 { return value }
        }
        throw WireError("a number that does not end")
    }
}
