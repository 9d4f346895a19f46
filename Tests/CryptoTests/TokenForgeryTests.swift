import Crypto
import JSONCoding
import Platform
import TestSupport
import Testing
import Tokens

/// Tokens that somebody made up or changed. None may be accepted, whatever the reason given inside.
@Suite struct TokenForgeryTests {
    struct Forgery: Sendable, CustomTestStringConvertible {
        let name: String
        let make: @Sendable (TokenForge) throws -> String
        var testDescription: String { name }

        init(_ name: String, _ make: @escaping @Sendable (TokenForge) throws -> String) {
            self.name = name
            self.make = make
        }

        /// Signed rightly, but with another header.
        static func header(_ name: String, _ change: @escaping @Sendable (inout JSONObject, TokenForge) -> Void) -> Self
        {
            Forgery(name) { forge in try forge.signed(header: { change(&$0, forge) }) }
        }

        /// Signed rightly, but with other claims.
        static func claims(_ name: String, _ change: @escaping @Sendable (inout JSONObject, Int64) -> Void) -> Self {
            Forgery(name) { forge in
                try forge.signed(payload: { change(&$0, forge.time.wall.millisecondsSince1970 / 1_000) })
            }
        }
    }

    static let algorithms: [Forgery] =
        ["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "RS256", "ES256", "PS256", "eddsa", "Ed25519", "EdDSA "]
        .flatMap { algorithm in
            [
                Forgery.header("alg \(algorithm), signed") { header, _ in header["alg"] = .string(algorithm) },
                Forgery("alg \(algorithm), no signature") { forge in
                    let token = try forge.signed(header: { $0["alg"] = .string(algorithm) })
                    return token.split(separator: ".").prefix(2).joined(separator: ".") + "."
                },
            ]
        } + [
            .header("alg missing") { header, _ in header["alg"] = nil },
            .header("alg null") { header, _ in header["alg"] = .null },
            .header("alg a list") { header, _ in header["alg"] = ["EdDSA"] },
            Forgery("HS256 with the public key as secret") { forge in
                try Self.symmetric(forge, secret: forge.key.privateKey.publicKey.raw)
            },
            Forgery("HS256 with the PEM of the public key as secret") { forge in
                try Self.symmetric(forge, secret: Array(forge.key.privateKey.publicKey.pem.utf8))
            },
            Forgery("HS256 with an empty secret") { forge in try Self.symmetric(forge, secret: []) },
        ]

    static let headers: [Forgery] = [
        .header("typ missing") { header, _ in header["typ"] = nil },
        .header("typ JWT") { header, _ in header["typ"] = "JWT" },
        .header("typ AT+JWT") { header, _ in header["typ"] = "AT+JWT" },
        .header("typ svc+jwt") { header, _ in header["typ"] = "svc+jwt" },
        .header("typ refresh") { header, _ in header["typ"] = "rt+jwt" },
        .header("typ a number") { header, _ in header["typ"] = 1 },
        .header("kid missing") { header, _ in header["kid"] = nil },
        .header("kid empty") { header, _ in header["kid"] = "" },
        .header("kid unknown") { header, forge in header["kid"] = .string(forge.other.id) },
        .header("kid a path") { header, _ in header["kid"] = "../../../../dev/null" },
        .header("kid SQL") { header, _ in header["kid"] = "x' UNION SELECT 'secret" },
        .header("kid a list") { header, forge in header["kid"] = [.string(forge.key.id)] },
        .header("crit") { header, _ in header["crit"] = ["exp"] },
        .header("zip") { header, _ in header["zip"] = "DEF" },
        .header("b64 false") { header, _ in header["b64"] = false },
        .header("jku") { header, _ in header["jku"] = "https://attacker.example/jwks.json" },
        .header("x5u") { header, _ in header["x5u"] = "https://attacker.example/cert.pem" },
        .header("cty nested") { header, _ in header["cty"] = "JWT" },
        Forgery("signed by another key under the right kid") { forge in try forge.signed(by: forge.other) },
        Forgery("embedded jwk of the attacker, with his signature") { forge in
            try forge.signed(
                header: { $0["jwk"] = JSONWebKeySet([forge.other.verificationKey]).json["keys"]?[0] }, by: forge.other)
        },
        Forgery("embedded jwk of the attacker, with his kid") { forge in
            try forge.signed(
                header: {
                    $0["kid"] = .string(forge.other.id)
                    $0["jwk"] = JSONWebKeySet([forge.other.verificationKey]).json["keys"]?[0]
                }, by: forge.other)
        },
        Forgery("header with a member twice") { forge in
            let text = #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(forge.key.id)","kid":"\#(forge.key.id)"}"#
            return try forge.signed(header: Array(text.utf8), payload: forge.bytes(forge.payload))
        },
        Forgery("header a list") { forge in
            try forge.signed(header: Array("[]".utf8), payload: forge.bytes(forge.payload))
        },
        Forgery("header no JSON") { forge in
            try forge.signed(header: Array("{".utf8), payload: forge.bytes(forge.payload))
        },
        Forgery("header with a trailing comma") { forge in
            let text = #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(forge.key.id)",}"#
            return try forge.signed(header: Array(text.utf8), payload: forge.bytes(forge.payload))
        },
    ]

    static let claims: [Forgery] = [
        .claims("iss missing") { claims, _ in claims["iss"] = nil },
        .claims("iss another") { claims, _ in claims["iss"] = "https://attacker.example" },
        .claims("iss in capitals") { claims, _ in claims["iss"] = "LECTERN-AUTH" },
        .claims("iss a list") { claims, _ in claims["iss"] = ["lectern-auth"] },
        .claims("aud missing") { claims, _ in claims["aud"] = nil },
        .claims("aud another") { claims, _ in claims["aud"] = "other" },
        .claims("aud of a service") { claims, _ in claims["aud"] = "ingest" },
        .claims("aud empty list") { claims, _ in claims["aud"] = [] },
        .claims("exp missing") { claims, _ in claims["exp"] = nil },
        .claims("exp now") { claims, now in claims["exp"] = .integer(now) },
        .claims("exp past") { claims, now in claims["exp"] = .integer(now - 1) },
        .claims("exp text") { claims, now in claims["exp"] = .string(String(now + 900)) },
        .claims("exp null") { claims, _ in claims["exp"] = .null },
        .claims("exp negative") { claims, _ in claims["exp"] = -1 },
        .claims("exp in milliseconds") { claims, now in claims["exp"] = .integer((now + 900) * 1_000) },
        .claims("exp beyond any number") { claims, _ in claims["exp"] = .number(1e300) },
        .claims("exp a lifetime of years") { claims, now in claims["exp"] = .integer(now + 100_000_000) },
        .claims("nbf missing") { claims, _ in claims["nbf"] = nil },
        .claims("nbf ahead") { claims, now in claims["nbf"] = .integer(now + 60) },
        .claims("nbf text") { claims, _ in claims["nbf"] = "now" },
        .claims("iat missing") { claims, _ in claims["iat"] = nil },
        .claims("iat ahead") { claims, now in claims["iat"] = .integer(now + 60) },
        .claims("sub missing") { claims, _ in claims["sub"] = nil },
        .claims("sub empty") { claims, _ in claims["sub"] = "" },
        .claims("sub no id") { claims, _ in claims["sub"] = "admin" },
        .claims("sub a list") { claims, _ in claims["sub"] = ["a", "b"] },
        .claims("sid missing") { claims, _ in claims["sid"] = nil },
        .claims("sid no id") { claims, _ in claims["sid"] = "1" },
        .claims("role missing") { claims, _ in claims["role"] = nil },
        .claims("role unknown") { claims, _ in claims["role"] = "root" },
        .claims("role a list") { claims, _ in claims["role"] = ["admin"] },
        Forgery("claims with a member twice") { forge in
            var text = JSONValue.object(forge.payload).text
            text.insert(contentsOf: #""role":"admin","#, at: text.index(after: text.startIndex))
            return try forge.signed(header: forge.bytes(forge.header), payload: Array(text.utf8))
        },
        Forgery("claims a list") { forge in
            try forge.signed(header: forge.bytes(forge.header), payload: Array("[]".utf8))
        },
        Forgery("claims not UTF-8") { forge in
            try forge.signed(header: forge.bytes(forge.header), payload: [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D])
        },
        Forgery("payload edited, old signature") { forge in
            let parts = try forge.good().split(separator: ".")
            let other = try forge.signed(payload: { $0["role"] = "admin" }).split(separator: ".")
            return "\(parts[0]).\(other[1]).\(parts[2])"
        },
    ]

    static let shapes: [Forgery] = [
        Forgery("empty") { _ in "" },
        Forgery("dots") { _ in ".." },
        Forgery("one part") { forge in String(try forge.good().split(separator: ".")[0]) },
        Forgery("two parts") { forge in try forge.good().split(separator: ".").prefix(2).joined(separator: ".") },
        Forgery("no signature") { forge in
            try forge.good().split(separator: ".").prefix(2).joined(separator: ".") + "."
        },
        Forgery("four parts") { forge in try forge.good() + ".AAAA" },
        Forgery("five parts (JWE)") { forge in try forge.good() + ".AAAA.AAAA" },
        Forgery("trailing dot") { forge in try forge.good() + "." },
        Forgery("leading dot") { forge in try "." + forge.good() },
        Forgery("trailing newline") { forge in try forge.good() + "\n" },
        Forgery("leading space") { forge in try " " + forge.good() },
        Forgery("trailing NUL") { forge in try forge.good() + "\0" },
        Forgery("padding") { forge in try forge.good() + "==" },
        Forgery("padding inside") { forge in try forge.good().replacing(".", with: "=.") },
        Forgery("trailing bytes in the signature") { forge in try forge.good() + "AAAA" },
        Forgery("signature too short") { forge in String(try forge.good().dropLast(4)) },
        Forgery("signature of zeros") { forge in
            try forge.good().split(separator: ".").prefix(2).joined(separator: ".") + "."
                + Base64.encodeURL([UInt8](repeating: 0, count: 64))
        },
        Forgery("stray bits behind the signature") { forge in
            // 64 bytes end in a character with four unused bits.
            let token = try forge.good()
            let last = try #require(token.last)
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            let index = try #require(alphabet.firstIndex(of: last))
            return String(token.dropLast()) + String(alphabet[index + 1])
        },
        Forgery("standard base 64") { forge in
            let parts = try forge.good().split(separator: ".")
            return "\(parts[0]).\(parts[1]).\(Base64.encode(try #require(Base64.decodeURL(parts[2]))))"
        },
        Forgery("JSON serialisation") { forge in
            let parts = try forge.good().split(separator: ".")
            return #"{"protected":"\#(parts[0])","payload":"\#(parts[1])","signature":"\#(parts[2])"}"#
        },
        Forgery("huge") { forge in
            try forge.signed(payload: { $0["x"] = .string(String(repeating: "x", count: 4_000)) })
        },
        Forgery("very huge") { forge in try forge.good() + String(repeating: "A", count: 10_000_000) },
        Forgery("deeply nested header") { forge in
            let deep = String(repeating: "[", count: 1_000)
            return try forge.signed(header: Array(deep.utf8), payload: forge.bytes(forge.payload))
        },
        Forgery("not ASCII") { _ in "é.é.é" },
        Forgery("a service token under the public key") { forge in
            try ServiceToken(secret: forge.key.privateKey.publicKey.raw, time: forge.time)
                .make(caller: "chat", callee: "lectern")
        },
        Forgery("another installation's token") { forge in try TokenSigner(key: forge.other).sign(forge.claims) },
        Forgery("another issuer's token") { forge in
            try TokenSigner(key: forge.key, issuer: "other").sign(forge.claims)
        },
        Forgery("another audience's token") { forge in
            try TokenSigner(key: forge.key, audience: "other").sign(forge.claims)
        },
    ]

    @Test("is refused, also when it comes again", arguments: algorithms + headers + claims + shapes)
    func refused(forgery: Forgery) throws {
        let forge = try TokenForge()
        let token = try forgery.make(forge)
        for _ in 0..<2 {
            #expect(throws: TokenRefusal.self) { try forge.verifier.verify(token) }
        }
        _ = try forge.verifier.verify(forge.good())
    }

    static func symmetric(_ forge: TokenForge, secret: [UInt8]) throws -> String {
        var header = forge.header
        header["alg"] = "HS256"
        let text = "\(Base64.encodeURL(forge.bytes(header))).\(Base64.encodeURL(forge.bytes(forge.payload)))"
        return "\(text).\(Base64.encodeURL(HMAC.sha256(Array(text.utf8), key: secret)))"
    }
}
