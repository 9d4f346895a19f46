import Crypto
import JSONCoding
import Platform
import TestSupport
import Testing
import Tokens

@Suite struct TokenVerifierTests {
    @Test func `A good token says what was signed`() throws {
        let forge = try TokenForge()
        let claims = forge.claims
        let token = try TokenSigner(key: forge.key).sign(claims)
        #expect(try forge.verifier.verify(token) == claims)
        #expect(try forge.verifier.verify(token) == claims)
        #expect(token.utf8.count < 600)
        #expect(try forge.signed().isEmpty == false)
        _ = try forge.verifier.verify(forge.signed())
    }

    @Test func `Times are rounded down to whole seconds`() throws {
        let forge = try TokenForge()
        var claims = forge.claims
        claims.expiresAt = claims.expiresAt + .milliseconds(999)
        let verified = try forge.verifier.verify(TokenSigner(key: forge.key).sign(claims))
        #expect(verified.expiresAt == forge.claims.expiresAt)
    }

    @Test func `A token ends at its expiry, remembered or not`() throws {
        let forge = try TokenForge()
        let token = try forge.good()
        _ = try forge.verifier.verify(token)
        forge.time.advance(by: .milliseconds(899_999))
        _ = try forge.verifier.verify(token)
        forge.time.advance(by: .milliseconds(1))
        #expect(throws: TokenRefusal.expired) { try forge.verifier.verify(token) }
        let fresh = TokenVerifier(keys: JSONWebKeySet([forge.key.verificationKey]), time: forge.time)
        #expect(throws: TokenRefusal.expired) { try fresh.verify(token) }
    }

    @Test func `Clocks may differ by five seconds, not more`() throws {
        let forge = try TokenForge()
        let now = forge.time.wall.millisecondsSince1970 / 1_000
        _ = try forge.verifier.verify(
            forge.signed(payload: {
                $0["nbf"] = .integer(now + 5)
                $0["iat"] = .integer(now + 5)
            }))
        for name in ["nbf", "iat"] {
            let token = try forge.signed(payload: { $0[name] = .integer(now + 6) })
            #expect(throws: TokenRefusal.notYetValid) { try forge.verifier.verify(token) }
        }
    }

    @Test func `Keys overlap while they are rotated, and a key taken away ends its tokens at once`() throws {
        let forge = try TokenForge()
        let old = try forge.good()
        let new = try TokenSigner(key: forge.other).sign(forge.claims)
        _ = try forge.verifier.verify(old)
        #expect(throws: TokenRefusal.unknownKey) { try forge.verifier.verify(new) }
        forge.verifier.replaceKeys(JSONWebKeySet([forge.key.verificationKey, forge.other.verificationKey]))
        _ = try forge.verifier.verify(old)
        _ = try forge.verifier.verify(new)
        forge.verifier.replaceKeys(JSONWebKeySet([forge.other.verificationKey]))
        #expect(throws: TokenRefusal.unknownKey) { try forge.verifier.verify(old) }
        _ = try forge.verifier.verify(new)
        #expect(forge.verifier.knowsKey(forge.other.id))
        #expect(!forge.verifier.knowsKey(forge.key.id))
    }

    @Test func `More tokens than are remembered are verified all the same`() throws {
        let forge = try TokenForge()
        let verifier = TokenVerifier(
            keys: JSONWebKeySet([forge.key.verificationKey]), time: forge.time, rememberedMax: 4)
        let tokens = try (0..<20).map { _ in try forge.good() }
        for _ in 0..<2 {
            for token in tokens { _ = try verifier.verify(token) }
        }
        // One's words with another's signature: no remembered token may vouch for it.
        let words = tokens[0].split(separator: ".").dropLast().joined(separator: ".")
        let signature = try #require(tokens[1].split(separator: ".").last)
        #expect(throws: TokenRefusal.badSignature) { try verifier.verify("\(words).\(signature)") }
    }

    @Test func `Every single changed character of a token is refused`() throws {
        let forge = try TokenForge()
        let token = Array(try forge.good().utf8)
        _ = try forge.verifier.verify(String(decoding: token, as: UTF8.self))
        for index in token.indices {
            var changed = token
            changed[index] = token[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: TokenRefusal.self) { try forge.verifier.verify(String(decoding: changed, as: UTF8.self)) }
            #expect(throws: TokenRefusal.self) {
                try forge.verifier.verify(String(decoding: token.prefix(index), as: UTF8.self))
            }
        }
    }
}
