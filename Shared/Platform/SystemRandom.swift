internal import CLinux

/// Random bytes of the kernel (getrandom(2)), fit for keys and tokens.
package enum SystemRandom {
    /// `count` unpredictable bytes.
    package static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    /// Fills `buffer` with unpredictable bytes.
    package static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let address = buffer.baseAddress, buffer.count > 0 else { return }
        let result = clinux_random(address, buffer.count)
        precondition(result == 0, "getrandom cannot fail for a valid buffer")
    }

    /// An unpredictable number.
    package static func number() -> UInt64 {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value) { fill($0) }
        return value
    }
}
