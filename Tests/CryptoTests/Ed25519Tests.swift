import Crypto
import Platform
import Testing

@Suite struct Ed25519Tests {
    /// RFC 8032 section 7.1: seed, public key, message, signature.
    static let vectors = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                + "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    @Test("Keys and signatures are those of RFC 8032", arguments: vectors)
    func vector(seed: String, publicKey: String, message: String, signature: String) throws {
        let message = try #require(Hex.decode(message))
        let key = try Ed25519.PrivateKey(seed: #require(Hex.decode(seed)))
        #expect(Hex.encode(key.publicKey.raw) == publicKey)
        #expect(Hex.encode(try key.sign(message)) == signature)
        let verifier = try Ed25519.PublicKey(raw: #require(Hex.decode(publicKey)))
        #expect(verifier.isValid(signature: try #require(Hex.decode(signature)), for: message))
    }

    @Test func `A signature with any one bit changed is refused`() throws {
        let key = try Ed25519.PrivateKey()
        let message = Array("lecture".utf8)
        let signature = try key.sign(message)
        for bit in 0..<(signature.count * 8) {
            var changed = signature
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!key.publicKey.isValid(signature: changed, for: message))
        }
        #expect(!key.publicKey.isValid(signature: signature, for: Array("Lecture".utf8)))
        #expect(!key.publicKey.isValid(signature: signature.dropLast(), for: message))
        #expect(!key.publicKey.isValid(signature: signature + [0], for: message))
        #expect(!key.publicKey.isValid(signature: [], for: message))
    }

    @Test func `A signature whose S is not reduced is refused (RFC 8032 section 5.1.7)`() throws {
        let key = try Ed25519.PrivateKey()
        var signature = try key.sign([1])
        // S + L, with L = 2^252 + 27742317777372353535851937790883648493, little endian.
        let order = try #require(Hex.decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"))
        var carry = 0
        for index in 0..<32 {
            let sum = Int(signature[32 + index]) + Int(order[index]) + carry
            signature[32 + index] = UInt8(sum & 0xFF)
            carry = sum >> 8
        }
        try #require(carry == 0)
        #expect(!key.publicKey.isValid(signature: signature, for: [1]))
    }

    @Test func `Keys survive the way through PEM and raw bytes`() throws {
        let key = try Ed25519.PrivateKey()
        #expect(try Ed25519.PrivateKey(pem: key.pem).seed == key.seed)
        #expect(try Ed25519.PublicKey(pem: key.publicKey.pem).raw == key.publicKey.raw)
        #expect(try key.pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    }

    @Test(
        "What is no Ed25519 key is refused",
        arguments: [
            "", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            // A public key of another kind: P-256.
            "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEb/A7lJJBzh2t1DUZ5pYOCoW0Gmmg\n"
                + "XDKBA6orzhWUyhY8T3U6Vb8B3FP2wLDH7ueLQMb/fSWpbiKCuYnO9xwUSg==\n-----END PUBLIC KEY-----\n",
        ])
    func refused(pem: String) {
        #expect(throws: CryptoError.self) { try Ed25519.PrivateKey(pem: pem) }
        #expect(throws: CryptoError.self) { try Ed25519.PublicKey(pem: pem) }
    }

    @Test(arguments: [0, 31, 33]) func `Raw keys of another length are refused`(count: Int) {
        let bytes = [UInt8](repeating: 7, count: count)
        #expect(throws: CryptoError.self) { try Ed25519.PrivateKey(seed: bytes) }
        #expect(throws: CryptoError.self) { try Ed25519.PublicKey(raw: bytes) }
    }
}
