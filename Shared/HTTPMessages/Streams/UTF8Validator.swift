/// Checks UTF-8 that arrives in pieces cut anywhere (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF),
/// and fails at the first byte that cannot belong to it.
package struct UTF8Validator: Sendable, Hashable {
    /// Bytes that the current character still needs, and the bounds of the next of them: only the first one after a lead
    /// byte is restricted further than to 80...BF (Unicode table 3-7).
    private var needed = 0
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    package init() {}

    /// Whether everything so far is whole characters.
    package var isComplete: Bool { needed == 0 }

    /// Takes the next bytes. Returns false when they are not UTF-8; the validator is of no more use then.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if needed == 0 {
                // Eight ASCII bytes at once: most text is.
                while index + 8 <= bytes.count,
                    bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                {
                    index += 8
                }
                guard index < bytes.count else { return true }
                guard begin(bytes[index]) else { return false }
            } else {
                guard bytes[index] >= low, bytes[index] <= high else { return false }
                needed -= 1
                low = 0x80
                high = 0xBF
            }
            index += 1
        }
        return true
    }

    /// As above, for an array.
    package mutating func append(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { append($0) }
    }

    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: needed = 1
        case 0xE0: (needed, low) = (2, 0xA0)
        case 0xED: (needed, high) = (2, 0x9F)
        case 0xE1...0xEF: needed = 2
        case 0xF0: (needed, low) = (3, 0x90)
        case 0xF4: (needed, high) = (3, 0x8F)
        case 0xF1...0xF3: needed = 3
        default: return false
        }
        return true
    }
}
