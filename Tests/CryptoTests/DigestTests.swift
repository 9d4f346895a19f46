import Crypto
import Platform
import Testing

@Suite struct DigestTests {
    @Test(
        "Digests are those of FIPS 180-4",
        arguments: [
            (HashFunction.sha1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            (.sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                .sha384, "abc",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
            ),
            (
                .sha512, "abc",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
        ])
    func digests(function: HashFunction, text: String, expected: String) {
        #expect(Hex.encode(function.digest(of: Array(text.utf8))) == expected)
    }

    @Test("A digest in pieces is the digest of the whole, wherever it is split")
    func pieces() {
        let bytes = (0..<200).map { UInt8($0) }
        let whole = SHA256.digest(of: bytes)
        for split in 0...bytes.count {
            var state = DigestState(.sha256)
            state.update(bytes[..<split])
            state.update(bytes[split...])
            #expect(state.finish() == whole)
        }
    }

    @Test("Authentication codes are those of RFC 4231, cases 1, 2 and 6, and of the empty key")
    func authenticationCodes() {
        #expect(
            Hex.encode(HMAC.sha256(Array("Hi There".utf8), key: [UInt8](repeating: 0x0B, count: 20)))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            Hex.encode(HMAC.sha384(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
                == "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649")
        #expect(
            Hex.encode(
                HMAC.sha256(
                    Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                    key: [UInt8](repeating: 0xAA, count: 131)))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
        #expect(
            Hex.encode(HMAC.sha256([], key: [])) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
        // RFC 2202, case 2.
        #expect(
            Hex.encode(HMAC.sha1(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
                == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    }

    @Test func `Comparison in constant time tells equal from different`() {
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
        #expect(constantTimeEqual([UInt8](), []))
    }

    @Test func `Random bytes come in the number asked for and do not repeat`() {
        #expect(randomBytes(0).isEmpty)
        let draws = Set((0..<100).map { _ in randomBytes(16) })
        #expect(draws.count == 100)
        #expect(draws.allSatisfy { $0.count == 16 })
    }
}
