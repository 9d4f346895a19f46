internal import COpenSSL

/// `count` unpredictable bytes from OpenSSL's generator, which the kernel seeds. Any thread.
package func randomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
        let result = count == 0 ? 1 : RAND_bytes(buffer.baseAddress, Int32(count))
        // RAND_bytes(3) fails only when the kernel has no randomness at all; nothing safe can be done without it.
        precondition(result == 1, "RAND_bytes failed: the system has no source of randomness")
        initialised = count
    }
}

/// Whether two byte strings are the same, in a time that tells nothing about where they differ (CRYPTO_memcmp). Their
/// lengths are not secret.
package func constantTimeEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    let left = Array(left)
    let right = Array(right)
    guard left.count == right.count else { return false }
    return left.isEmpty || CRYPTO_memcmp(left, right, left.count) == 0
}
