package import Contracts
import HTTPMessages
package import Platform
package import ServiceKit
package import Settings
package import Tokens

/// A program as it is, but for the tokens of users: those are made up by the test (`TestTokens`).
package enum WithTestTokens<Program: ServiceProgram>: ServiceProgram {
    package static var name: ServiceName { Program.name }

    package static func configuration(from reader: inout SettingsReader) -> Program.Configuration {
        Program.configuration(from: &reader)
    }

    package static func assemble(
        _ configuration: Program.Configuration, on foundation: ServiceFoundation
    ) async throws -> ServiceApp {
        var app = try await Program.assemble(configuration, on: foundation)
        app.tokens = TestTokens(time: foundation.time)
        return app
    }
}

/// Takes tokens that tests make up: a user's id is a student; `staff-<id>` and `admin-<id>` are users of that role;
/// `key-<scope>,<scope>` is an API key good for every account, and `key-<scope>@<account>` one bound to an account.
package struct TestTokens: TokenAuthority {
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
    }

    /// The token of a user.
    package static func user(_ id: Identifier, _ role: Role = .student) -> String {
        role == .student ? id.description : "\(role.rawValue)-\(id)"
    }

    /// The token of an API key.
    package static func key(_ scopes: Scope..., account: String? = nil) -> String {
        "key-" + scopes.map(\.rawValue).joined(separator: ",") + (account.map { "@\($0)" } ?? "")
    }

    package func verify(_ token: String) async throws -> AccessClaims {
        if let id = Identifier(token) { return claims(id, .student) }
        guard let dash = token.firstIndex(of: "-") else { throw Problem.unauthorized() }
        let rest = token[token.index(after: dash)...]
        if let role = Role(rawValue: String(token[..<dash])), let id = Identifier(String(rest)) {
            return claims(id, role)
        }
        guard token[..<dash] == "key", let grant = Self.grant(rest) else { throw Problem.unauthorized() }
        return AccessClaims(grant: grant, issuedAt: time.wall, expiresAt: time.wall + .seconds(60))
    }

    private func claims(_ id: Identifier, _ role: Role) -> AccessClaims {
        AccessClaims(
            subject: id, role: role, sessionID: id, issuedAt: time.wall, expiresAt: time.wall + .seconds(60))
    }

    private static func grant(_ text: Substring) -> KeyGrant? {
        let parts = text.split(separator: "@", maxSplits: 1)
        guard let scopes = parts.first.flatMap({ KeyGrant.scopes(of: $0.split(separator: ",").joined(separator: " ")) })
        else { return nil }
        return KeyGrant(keyID: Identifier.make(), scopes: scopes, accountID: parts.count > 1 ? String(parts[1]) : nil)
    }
}
