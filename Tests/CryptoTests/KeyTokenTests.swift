import JSONCoding
import Platform
import TestSupport
import Testing
import Tokens

/// Tokens that say what an API key permits: never taken for a user's, nor a user's for one of them.
@Suite struct KeyTokenTests {
    @Test(arguments: [nil, "acme", "a", "A.b-c_9", String(repeating: "x", count: 128)])
    func `A key's token says what was signed`(account: String?) throws {
        let forge = try TokenForge()
        let grant = try #require(
            KeyGrant(keyID: .make(), scopes: [.read, .incidentsWrite], accountID: account))
        let claims = AccessClaims(
            grant: grant, issuedAt: forge.time.wall, expiresAt: forge.time.wall + .seconds(60))
        let token = try TokenSigner(key: forge.key).sign(claims)
        for _ in 0..<2 { #expect(try forge.verifier.verify(token) == claims) }
        #expect(try forge.verifier.verify(forge.good()).grant == nil)
    }

    @Test(arguments: [
        "", " ", "a b", ".", "..", ".a", "-a", "a/b", "a\\b", "a%2fb", "a\n", "a\0b", "ä", "a:b",
        String(repeating: "x", count: 129),
    ])
    func `What is no account id makes no grant`(account: String) {
        #expect(KeyGrant(keyID: .make(), scopes: [.read], accountID: account) == nil)
        #expect(KeyGrant(keyID: .make(), scopes: [], accountID: nil) == nil)
    }

    /// Changes to the claims of a key's token, and to those of a user's.
    static let forgeries: [(name: String, isOfKey: Bool, change: @Sendable (inout JSONObject) -> Void)] = [
        ("a role beside the grant", true, { $0["role"] = "admin" }),
        ("a session beside the grant", true, { $0["sid"] = .string(Identifier.make().description) }),
        ("no key", true, { $0["key"] = nil }),
        ("another key than the subject", true, { $0["key"] = .string(Identifier.make().description) }),
        ("no scope", true, { $0["scope"] = nil }),
        ("an empty scope", true, { $0["scope"] = "" }),
        ("an unknown scope", true, { $0["scope"] = "read everything" }),
        ("a scope twice", true, { $0["scope"] = "read read" }),
        ("two spaces", true, { $0["scope"] = "read  incidents:write" }),
        ("a scope in capitals", true, { $0["scope"] = "READ" }),
        ("scopes as a list", true, { $0["scope"] = ["read"] }),
        ("an empty account", true, { $0["account"] = "" }),
        ("an account of null", true, { $0["account"] = .null }),
        ("an account of number", true, { $0["account"] = 1 }),
        ("an account with a path", true, { $0["account"] = "../other" }),
        ("a life too long", true, { $0["exp"] = .integer(($0["iat"]?.integer ?? 0) + 301) }),
        ("a key beside the role", false, { $0["key"] = $0["sub"] }),
        ("a scope beside the role", false, { $0["scope"] = "read" }),
        ("an account beside the role", false, { $0["account"] = "acme" }),
    ]

    @Test("A token of one kind with claims of the other is refused", arguments: forgeries.indices)
    func mixedClaims(index: Int) throws {
        let forgery = Self.forgeries[index]
        let forge = try TokenForge()
        func token(_ change: (inout JSONObject) -> Void) throws -> String {
            try forge.signed(
                header: { if forgery.isOfKey { $0["typ"] = "key+jwt" } },
                payload: { payload in
                    if forgery.isOfKey {
                        payload["sid"] = nil
                        payload["role"] = nil
                        payload["key"] = payload["sub"]
                        payload["scope"] = "read incidents:write"
                        payload["account"] = "acme"
                        payload["exp"] = .integer((payload["iat"]?.integer ?? 0) + 300)
                    }
                    change(&payload)
                })
        }
        _ = try forge.verifier.verify(token { _ in })
        #expect(throws: TokenRefusal.badClaims, "\(forgery.name)") { try forge.verifier.verify(token(forgery.change)) }
    }

    @Test func `The kind of a token is not the bearer's to choose`() throws {
        let forge = try TokenForge()
        let asKey = try forge.signed(header: { $0["typ"] = "key+jwt" })
        #expect(throws: TokenRefusal.badClaims) { try forge.verifier.verify(asKey) }
        for type in ["KEY+JWT", "key+jwt ", "application/key+jwt"] {
            let token = try forge.signed(header: { $0["typ"] = .string(type) })
            #expect(throws: TokenRefusal.wrongType) { try forge.verifier.verify(token) }
        }
    }
}
