import Crypto
import JSONCoding
import Platform
import TestSupport
import Testing
import Tokens

@Suite struct JSONWebKeySetTests {
    /// RFC 8037 appendix A: private key, public key, thumbprint.
    static let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    static let publicKey = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    static let thumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

    @Test func `Keys, thumbprint and signature are those of RFC 8037`() throws {
        let key = SigningKey(try Ed25519.PrivateKey(seed: #require(Base64.decodeURL(Self.seed))))
        #expect(Base64.encodeURL(key.privateKey.publicKey.raw) == Self.publicKey)
        #expect(key.id == Self.thumbprint)
        // Appendix A.4.
        let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        #expect(Base64.encodeURL(try key.privateKey.sign(Array(input.utf8))) == signature)
    }

    @Test func `A set survives being published`() throws {
        let keys = try (0..<3).map { _ in SigningKey(try Ed25519.PrivateKey()).verificationKey }
        let json = JSONWebKeySet(keys).json
        #expect(!json.text.contains("\"d\""))
        let read = try JSONWebKeySet(json: JSONValue(parsing: json.serialized()))
        #expect(read.keys.map(\.id) == keys.map(\.id))
        #expect(read.keys.map(\.publicKey.raw) == keys.map(\.publicKey.raw))
    }

    @Test func `Keys of other kinds and uses are left out`() throws {
        let foreign: JSONValue = [
            "keys": [
                ["kty": "RSA", "n": "AQAB", "e": "AQAB"],
                ["kty": "OKP", "crv": "X25519", "x": .string(Self.publicKey)],
                [
                    "kty": "OKP", "crv": "Ed25519", "use": "enc", "kid": .string(Self.thumbprint),
                    "x": .string(Self.publicKey),
                ],
                ["kty": "OKP", "crv": "Ed25519", "kid": .string(Self.thumbprint), "x": .string(Self.publicKey)],
            ]
        ]
        #expect(try JSONWebKeySet(json: foreign).keys.map(\.id) == [Self.thumbprint])
    }

    @Test(
        "A broken set is refused",
        arguments: [
            [:], ["keys": "x"], ["keys": [["kty": "OKP", "crv": "Ed25519", "kid": "x", "x": "AA"]]],
            ["keys": [["kty": "OKP", "crv": "Ed25519", "kid": "misnamed", "x": .string(publicKey)]]],
            ["keys": .array([JSONValue](repeating: [:], count: 17))],
        ] as [JSONValue])
    func broken(json: JSONValue) {
        #expect(throws: TokenRefusal.malformed) { try JSONWebKeySet(json: json) }
    }
}

@Suite struct ServiceTokenTests {
    let time = ManualTime()
    let secret = [UInt8](repeating: 3, count: 32)

    @Test func `A token names its caller, to its callee only, for one minute`() throws {
        let tokens = try ServiceToken(secret: secret, time: time)
        let token = tokens.make(caller: "chat", callee: "ingest")
        #expect(try tokens.verify(token, callee: "ingest") == "chat")
        #expect(throws: TokenRefusal.wrongAudience) { try tokens.verify(token, callee: "docs") }
        time.advance(by: .seconds(59))
        #expect(try tokens.verify(token, callee: "ingest") == "chat")
        time.advance(by: .seconds(1))
        #expect(throws: TokenRefusal.expired) { try tokens.verify(token, callee: "ingest") }
    }

    @Test func `Other secrets, changed tokens and users' tokens are refused`() throws {
        let tokens = try ServiceToken(secret: secret, time: time)
        let token = tokens.make(caller: "chat", callee: "ingest")
        let other = try ServiceToken(secret: [UInt8](repeating: 4, count: 32), time: time)
        #expect(throws: TokenRefusal.badSignature) { try other.verify(token, callee: "ingest") }
        let bytes = Array(token.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: TokenRefusal.self) {
                try tokens.verify(String(decoding: changed, as: UTF8.self), callee: "ingest")
            }
        }
        let forge = try TokenForge()
        #expect(throws: TokenRefusal.wrongAlgorithm) { try tokens.verify(forge.good(), callee: "lectern") }
    }

    @Test func `A lifetime beyond a minute and short secrets are refused`() throws {
        let now = time.wall.millisecondsSince1970 / 1_000
        let claims: JSONObject = [
            "iss": "chat", "aud": "ingest", "iat": .integer(now), "nbf": .integer(now), "exp": .integer(now + 61),
        ]
        let header: JSONObject = ["alg": "HS256", "typ": "svc+jwt"]
        let text =
            "\(Base64.encodeURL(JSONValue.object(header).serialized())).\(Base64.encodeURL(JSONValue.object(claims).serialized()))"
        let token = "\(text).\(Base64.encodeURL(HMAC.sha256(Array(text.utf8), key: secret)))"
        let tokens = try ServiceToken(secret: secret, time: time)
        #expect(throws: TokenRefusal.badClaims) { try tokens.verify(token, callee: "ingest") }
        #expect(throws: TokenRefusal.malformed) { try ServiceToken(secret: [1, 2, 3], time: time) }
    }
}
