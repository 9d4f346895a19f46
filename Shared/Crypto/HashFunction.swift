internal import COpenSSL

/// The hash functions the house uses (FIPS 180-4). SHA-1 is for the WebSocket accept value (RFC 6455 section 4.2.2) and
/// for signatures of providers that offer nothing better; never for anything we design.
package enum HashFunction: Sendable, Hashable, CaseIterable {
    case sha1, sha256, sha384, sha512

    /// Bytes in a digest.
    package var byteCount: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The digest of `bytes`. One pass, no state, any thread.
    package func digest(of bytes: borrowing some Collection<UInt8>) -> [UInt8] {
        var state = DigestState(self)
        state.update(bytes)
        return state.finish()
    }

    /// HMAC (RFC 2104) of `bytes` under `key`, which may have any length.
    package func authenticationCode(of bytes: some Collection<UInt8>, key: some Collection<UInt8>) -> [UInt8] {
        // HMAC(3) documents a null key pointer as "reuse the last one", so an empty key still needs an address.
        let length = Int32(key.count)
        var key = key.isEmpty ? [0] : Array(key)
        defer { OPENSSL_cleanse(&key, key.count) }
        let bytes = Array(bytes)
        var code = [UInt8](repeating: 0, count: byteCount)
        var written: UInt32 = 0
        let result = COpenSSL.HMAC(algorithm, key, length, bytes, bytes.count, &code, &written)
        precondition(result != nil, "HMAC with a built-in digest fails only without memory")
        return code
    }

    /// The legacy getter returns a constant that lives as long as the process.
    var algorithm: OpaquePointer? {
        switch self {
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}

/// A digest in the making, for input that comes in pieces. The owner of one EVP_MD_CTX.
package struct DigestState: ~Copyable {
    private let context: OpaquePointer
    private let function: HashFunction

    package init(_ function: HashFunction) {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, function.algorithm, nil) == 1 else {
            fatalError("EVP_DigestInit_ex with a built-in digest fails only without memory")
        }
        self.context = context
        self.function = function
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes; what is contiguous is not copied.
    package mutating func update(_ bytes: some Collection<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if done == nil {
            Array(bytes).withUnsafeBytes { update($0) }
        }
    }

    /// Adds bytes lent by the caller for this call.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        let result = EVP_DigestUpdate(context, base, bytes.count)
        precondition(result == 1, "EVP_DigestUpdate cannot fail on an initialised context")
    }

    /// Ends the digest.
    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: function.byteCount)
        let result = EVP_DigestFinal_ex(context, &digest, nil)
        precondition(result == 1, "EVP_DigestFinal_ex cannot fail on an initialised context")
        return digest
    }
}

/// SHA-1, for the WebSocket accept value only.
package enum SHA1 {
    package static func digest(of bytes: some Collection<UInt8>) -> [UInt8] { HashFunction.sha1.digest(of: bytes) }
}

/// SHA-256.
package enum SHA256 {
    package static func digest(of bytes: some Collection<UInt8>) -> [UInt8] { HashFunction.sha256.digest(of: bytes) }
}

/// SHA-384.
package enum SHA384 {
    package static func digest(of bytes: some Collection<UInt8>) -> [UInt8] { HashFunction.sha384.digest(of: bytes) }
}

/// HMAC (RFC 2104).
package enum HMAC {
    package static func sha1(_ bytes: some Collection<UInt8>, key: some Collection<UInt8>) -> [UInt8] {
        HashFunction.sha1.authenticationCode(of: bytes, key: key)
    }

    package static func sha256(_ bytes: some Collection<UInt8>, key: some Collection<UInt8>) -> [UInt8] {
        HashFunction.sha256.authenticationCode(of: bytes, key: key)
    }

    package static func sha384(_ bytes: some Collection<UInt8>, key: some Collection<UInt8>) -> [UInt8] {
        HashFunction.sha384.authenticationCode(of: bytes, key: key)
    }
}
