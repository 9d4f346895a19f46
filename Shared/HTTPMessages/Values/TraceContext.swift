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
    package var traceID: String { Self.text(high) + Self.text(low) }
    /// 16 hexadecimal digits.
    package var spanID: String { Self.text(span) }

    /// The same trace with a new span, for an outgoing call.
    package func child() -> TraceContext {
        TraceContext(high: high, low: low, span: SystemRandom.number() | 1, flags: flags, traceState: traceState)
    }

    /// The value of the `traceparent` field.
    package var description: String { "00-\(traceID)-\(spanID)-0\(flags)" }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for byte in bytes {
            // Lower case only, says the recommendation.
            guard let digit = ASCII.hexValue(byte), byte < 0x41 || byte > 0x5A else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    private static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
