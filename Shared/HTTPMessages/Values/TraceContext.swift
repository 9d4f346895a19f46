package import Platform

/// The trace a request belongs to (W3C Trace Context level 2), passed on to every service that takes part.
package struct TraceContext: Sendable, Hashable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64
    /// The caller's span.
    private let span: UInt64
    /// Bit 0: recorded by the caller; bit 1: the trace id is random.
    package let flags: UInt8
    /// Passed on unchanged; belongs to other vendors' tools.
    package let traceState: String?

    /// A `tracestate` longer than this is dropped (the recommendation asks to carry at least 512 bytes).
    package static let traceStateBytesMax = 512

    private init(high: UInt64, low: UInt64, span: UInt64, flags: UInt8, traceState: String?) {
        self.high = high
        self.low = low
        self.span = span
        self.flags = flags
        self.traceState = traceState
    }

    /// A new trace with a random id.
    package init() {
        self.init(
            high: SystemRandom.number() | 1, low: SystemRandom.number(), span: SystemRandom.number() | 1, flags: 0b10,
            traceState: nil)
    }

    /// The trace whose id is the identifier's bytes, so that one can be found from the other.
    package static func derived(from identifier: Identifier) -> TraceContext {
        let words = identifier.bytes.withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        // All zero is no trace id, and no span id.
        let low = words.0 | words.1 == 0 ? 1 : words.1
        return TraceContext(high: words.0, low: low, span: low == 0 ? 1 : low, flags: 0, traceState: nil)
    }

    /// Reads the `traceparent` field; nil when it is malformed, and then a new trace has to be started. A version above 00
    /// is read as far as this one knows it.
    package init?(traceparent: String, traceState: String? = nil) {
        let bytes = Array(traceparent.utf8)
        guard bytes.count >= 55, let version = Self.hex(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == ASCII.hyphen,
            bytes[2] == ASCII.hyphen, bytes[35] == ASCII.hyphen, bytes[52] == ASCII.hyphen,
            let high = Self.hex(bytes[3..<19]), let low = Self.hex(bytes[19..<35]), high | low != 0,
            let span = Self.hex(bytes[36..<52]), span != 0, let flags = Self.hex(bytes[53..<55])
        else { return nil }
        let kept = traceState.flatMap { text in
            text.utf8.count <= Self.traceStateBytesMax && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? text : nil
        }
        self.init(high: high, low: low, span: span, flags: UInt8(flags) & 0b11, traceState: kept)
    }

    /// 32 hexadecimal digits.
    package var traceID: String {
        String(unsafeUninitializedCapacity: 32) { text in
            Self.write(high, to: text, at: 0)
            Self.write(low, to: text, at: 16)
            return 32
        }
    }

    /// 16 hexadecimal digits.
    package var spanID: String {
        String(unsafeUninitializedCapacity: 16) { text in
            Self.write(span, to: text, at: 0)
            return 16
        }
    }

    /// The same trace with a new span, for an outgoing call.
    package func child() -> TraceContext {
        TraceContext(high: high, low: low, span: SystemRandom.number() | 1, flags: flags, traceState: traceState)
    }

    /// The value of the `traceparent` field.
    package var description: String {
        // Made for every request that the gateway passes on, so without a string for each part.
        String(unsafeUninitializedCapacity: 55) { text in
            for dash in [2, 35, 52] { text[dash] = ASCII.hyphen }
            for zero in [0, 1, 53] { text[zero] = ASCII.zero }
            Self.write(high, to: text, at: 3)
            Self.write(low, to: text, at: 19)
            Self.write(span, to: text, at: 36)
            text[54] = ASCII.zero + flags
            return 55
        }
    }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for byte in bytes {
            // Lower case only, says the recommendation.
            guard let digit = ASCII.hexValue(byte), byte < 0x41 || byte > 0x5A else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    /// Writes 16 digits.
    private static func write(_ value: UInt64, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        for digit in 0..<16 {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * digit)) & 0xF
            text[start + digit] = nibble < 10 ? ASCII.zero + nibble : ASCII.lowercaseA + nibble - 10
        }
    }
}
