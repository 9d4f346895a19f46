internal import COpenSSL

/// Signatures by Ed25519 (RFC 8032). Keys are immutable and may be used from several threads at once.
package enum Ed25519 {
    /// Bytes in a seed and in a public key.
    package static let keyByteCount = 32
    /// Bytes in a signature.
    package static let signatureByteCount = 64

    /// A signing key.
    package final class PrivateKey: Sendable {
        private let handle: KeyHandle
        package let publicKey: PublicKey

        /// A new random key. Any 32 bytes are a seed (RFC 8032 section 5.1.5).
        package convenience init() throws(CryptoError) {
            try self.init(seed: randomBytes(keyByteCount))
        }

        /// The key that the 32 bytes of `seed` stand for.
        package convenience init(seed: [UInt8]) throws(CryptoError) {
            guard seed.count == keyByteCount else {
                throw CryptoError(.malformedKey, "an Ed25519 seed has 32 bytes")
            }
            try self.init(KeyHandle(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)))
        }

        /// A PKCS #8 key in PEM (RFC 8410). Encrypted files are refused, not asked a password for.
        package convenience init(pem: String) throws(CryptoError) {
            try self.init(KeyHandle.reading(pem: pem) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in 0 }, nil) })
        }

        private convenience init(_ handle: consuming KeyHandle) throws(CryptoError) {
            let publicKey = try PublicKey(raw: handle.raw("EVP_PKEY_get_raw_public_key", EVP_PKEY_get_raw_public_key))
            self.init(handle: handle, publicKey: publicKey)
        }

        private init(handle: consuming KeyHandle, publicKey: PublicKey) {
            self.handle = handle
            self.publicKey = publicKey
        }

        /// The 32 bytes to keep secret.
        package var seed: [UInt8] {
            get throws(CryptoError) {
                try handle.raw("EVP_PKEY_get_raw_private_key", EVP_PKEY_get_raw_private_key)
            }
        }

        /// PKCS #8 in PEM, unencrypted.
        package var pem: String {
            get throws(CryptoError) {
                try handle.writingPEM { bio, key in PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil) }
            }
        }

        /// The 64-byte signature of `message`.
        package func sign(_ message: some Collection<UInt8>) throws(CryptoError) -> [UInt8] {
            let message = Array(message)
            let context = try DigestContext()
            guard EVP_DigestSignInit(context.pointer, nil, nil, nil, handle.pointer) == 1 else {
                throw .library("EVP_DigestSignInit")
            }
            var signature = [UInt8](repeating: 0, count: signatureByteCount)
            var length = signature.count
            guard EVP_DigestSign(context.pointer, &signature, &length, message, message.count) == 1,
                length == signatureByteCount
            else { throw .library("EVP_DigestSign") }
            return signature
        }
    }

    /// A verifying key.
    package final class PublicKey: Sendable {
        private let handle: KeyHandle
        /// The 32 bytes of the key.
        package let raw: [UInt8]

        /// The key with these 32 bytes.
        package init(raw: [UInt8]) throws(CryptoError) {
            guard raw.count == keyByteCount else {
                throw CryptoError(.malformedKey, "an Ed25519 public key has 32 bytes")
            }
            self.handle = try KeyHandle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, raw.count))
            self.raw = raw
        }

        /// A SubjectPublicKeyInfo in PEM (RFC 8410).
        package convenience init(pem: String) throws(CryptoError) {
            let handle = try KeyHandle.reading(pem: pem) { PEM_read_bio_PUBKEY($0, nil, { _, _, _, _ in 0 }, nil) }
            try self.init(raw: handle.raw("EVP_PKEY_get_raw_public_key", EVP_PKEY_get_raw_public_key))
        }

        /// SubjectPublicKeyInfo in PEM.
        package var pem: String {
            get throws(CryptoError) { try handle.writingPEM(PEM_write_bio_PUBKEY) }
        }

        /// Whether `signature` is this key's signature of `message`. Anything that is not, is false: wrong length,
        /// an S that is not reduced, a point off the curve.
        package func isValid(signature: some Collection<UInt8>, for message: some Collection<UInt8>) -> Bool {
            let signature = Array(signature)
            let message = Array(message)
            guard signature.count == signatureByteCount, let context = try? DigestContext(),
                EVP_DigestVerifyInit(context.pointer, nil, nil, nil, handle.pointer) == 1
            else { return false }
            let isValid =
                EVP_DigestVerify(context.pointer, signature, signature.count, message, message.count) == 1
            if !isValid { ERR_clear_error() }
            return isValid
        }
    }
}

/// The owner of one EVP_MD_CTX for a single signature.
private struct DigestContext: ~Copyable {
    let pointer: OpaquePointer

    init() throws(CryptoError) {
        guard let pointer = EVP_MD_CTX_new() else { throw .library("EVP_MD_CTX_new") }
        self.pointer = pointer
    }

    deinit {
        EVP_MD_CTX_free(pointer)
    }
}

/// The owner of one reference to an Ed25519 EVP_PKEY.
// An EVP_PKEY is not changed after it was made, and its count of references is atomic, so threads may share it.
private struct KeyHandle: ~Copyable, @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over a fresh EVP_PKEY, or throws OpenSSL's reason for there being none.
    init(_ pointer: OpaquePointer?) throws(CryptoError) {
        guard let pointer else { throw .library("EVP_PKEY_new_raw_key") }
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// Reads a key of our kind from PEM text.
    static func reading(pem: String, _ read: (OpaquePointer) -> OpaquePointer?) throws(CryptoError) -> KeyHandle {
        var pem = pem
        let pointer = pem.withUTF8 { bytes -> OpaquePointer? in
            guard let length = Int32(exactly: bytes.count), let bio = BIO_new_mem_buf(bytes.baseAddress, length) else {
                return nil
            }
            defer { BIO_free(bio) }
            return read(bio)
        }
        guard let pointer else {
            ERR_clear_error()
            throw CryptoError(.malformedKey, "not an unencrypted key in PEM")
        }
        let handle = try KeyHandle(pointer)
        guard EVP_PKEY_get_id(handle.pointer) == EVP_PKEY_ED25519 else {
            throw CryptoError(.malformedKey, "not an Ed25519 key")
        }
        return handle
    }

    /// 32 raw bytes of the key, by one of the two getters.
    borrowing func raw(
        _ name: StaticString,
        _ get: (OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?) -> Int32
    ) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Ed25519.keyByteCount)
        var length = bytes.count
        guard get(pointer, &bytes, &length) == 1, length == bytes.count else { throw .library(name) }
        return bytes
    }

    /// The key as PEM text, by one of OpenSSL's writers.
    borrowing func writingPEM(_ write: (OpaquePointer?, OpaquePointer?) -> Int32) throws(CryptoError) -> String {
        guard let bio = BIO_new(BIO_s_mem()) else { throw .library("BIO_new") }
        defer { BIO_free(bio) }
        guard write(bio, pointer) == 1 else { throw .library("PEM_write_bio") }
        // An Ed25519 key in PEM has 119 bytes.
        var text = [UInt8](repeating: 0, count: 512)
        let length = BIO_read(bio, &text, Int32(text.count))
        guard length > 0 else { throw .library("BIO_read") }
        return String(decoding: text.prefix(Int(length)), as: UTF8.self)
    }
}
