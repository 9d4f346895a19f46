import HTTPMessages
import JSONCoding
import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing
import Tokens

@testable import AuthService

@Suite struct AccountsTests {
    @Test func `The first account is the administrator's, the next are students'`() async throws {
        let fixture = try await AccountsFixture()
        #expect(try await fixture.register("ada").user.role == .admin)
        #expect(try await fixture.register("ben").user.role == .student)
    }

    @Test func `Of many first registrations at once exactly one makes the administrator`() async throws {
        let fixture = try await AccountsFixture()
        let results = await inParallel(10) { try await fixture.register("user\($0)").user.role }
        let roles = try results.map { try $0.get() }
        #expect(roles.count { $0 == .admin } == 1)
    }

    @Test func `Of many registrations of one name at once exactly one succeeds`() async throws {
        let fixture = try await AccountsFixture()
        let results = await inParallel(10) { index in
            try await fixture.accounts.register(
                username: index % 2 == 0 ? "Ada" : "aDA", email: "ada\(index)@example.org",
                password: AccountsFixture.password, from: fixture.origin)
        }
        #expect(results.count { (try? $0.get()) != nil } == 1)
        for case .failure(let error) in results {
            #expect(error as? AccountError == .taken([FieldProblem(field: "username", message: "is taken")]))
        }
    }

    @Test func `Every bad field is named at once`() async throws {
        let fixture = try await AccountsFixture()
        let error = await #expect(throws: AccountError.self) {
            try await fixture.accounts.register(username: "x", email: "y", password: "short", from: fixture.origin)
        }
        guard case .invalid(let problems) = error else { throw TestFailure("not .invalid") }
        #expect(problems.map(\.field) == ["username", "email", "password"])
    }

    @Test(
        "Passwords that are weak or one's own are refused",
        arguments: [
            "password", "12345678", "qwertyuiop", "ada.lovelace", "Ada.Lovelace", "ada@example.org", "ADA@EXAMPLE.ORG",
            "lovelace1", "aaaaaaaa", "1234567", String(repeating: "x9 ", count: 43),
        ])
    func weak(password: String) async throws {
        let fixture = try await AccountsFixture()
        await #expect(throws: AccountError.self) {
            try await fixture.accounts.register(
                username: "ada.lovelace", email: "ada@example.org", password: password, from: fixture.origin)
        }
    }

    @Test(
        "Passwords of any script and length up to 128 characters work to the last character",
        arguments: [
            "vellum-otter-canal-37", String(repeating: "vellum otter ", count: 9) + "canal/37!!!",
            "пароль-с-котом-и-луной", "日本語のながいパスワード", "tricky\0vellum\0otter", "ﬁre-①-vellum-canal",
        ])
    func strong(password: String) async throws {
        let fixture = try await AccountsFixture()
        _ = try await fixture.accounts.register(
            username: "ada", email: "ada@example.org", password: password, from: fixture.origin)
        _ = try await fixture.accounts.signIn(login: "ada", password: password, from: fixture.origin)
        await #expect(throws: AccountError.badCredentials) {
            try await fixture.accounts.signIn(login: "ada", password: String(password.dropLast()), from: fixture.origin)
        }
    }

    @Test func `Signing in takes the name or the address, in any case, and notes the time`() async throws {
        let fixture = try await AccountsFixture()
        _ = try await fixture.register("Ada")
        for login in ["Ada", "ADA", "ada@example.org", "ADA@Example.ORG"] {
            let signedIn = try await fixture.accounts.signIn(
                login: login, password: AccountsFixture.password, from: fixture.origin)
            #expect(signedIn.user.username.text == "Ada")
            #expect(signedIn.user.lastLogin == fixture.time.wall)
        }
    }

    private static let quota = RequestQuota(name: "login", count: 5, windowSeconds: 900)

    @Test func `Unknown names and wrong passwords are told the same and counted the same`() async throws {
        let fixture = try await AccountsFixture()
        _ = try await fixture.register("ada")
        for login in ["ada", "nobody"] {
            for _ in 0..<5 {
                await #expect(throws: AccountError.badCredentials) {
                    try await fixture.accounts.signIn(login: login, password: "wrong", from: fixture.origin)
                }
            }
            await #expect(throws: AccountError.throttled(.seconds(30), Self.quota)) {
                try await fixture.accounts.signIn(
                    login: login, password: AccountsFixture.password, from: fixture.origin)
            }
        }
    }

    @Test func `The wait ends, and the right password makes a clean slate`() async throws {
        let fixture = try await AccountsFixture()
        _ = try await fixture.register("ada")
        func tryWrong() async -> (any Error)? {
            do {
                _ = try await fixture.accounts.signIn(login: "ada", password: "wrong", from: fixture.origin)
                return nil
            } catch { return error }
        }
        for _ in 0..<5 { _ = await tryWrong() }
        fixture.time.advance(by: .seconds(30))
        #expect(await tryWrong() as? AccountError == .badCredentials)
        #expect(await tryWrong() as? AccountError == .throttled(.seconds(60), Self.quota))
        fixture.time.advance(by: .seconds(60))
        _ = try await fixture.accounts.signIn(login: "ada", password: AccountsFixture.password, from: fixture.origin)
        for _ in 0..<4 { #expect(await tryWrong() as? AccountError == .badCredentials) }
        _ = try await fixture.accounts.signIn(login: "ada", password: AccountsFixture.password, from: fixture.origin)
    }

    @Test func `Fifty tries at once get no more than the budget, by name and address alike`() async throws {
        let fixture = try await AccountsFixture()
        _ = try await fixture.register("ada")
        let results = await inParallel(50) { index in
            try await fixture.accounts.signIn(
                login: index % 2 == 0 ? "ada" : "ada@example.org", password: "wrong\(index)",
                from: AccountsFixture.origin("198.51.100.\(index)"))
        }
        let errors = results.compactMap { result -> AccountError? in
            if case .failure(let error) = result { return error as? AccountError }
            return nil
        }
        #expect(errors.count == 50)
        #expect(errors.count { $0 == .badCredentials } == 5)
    }

    @Test func `One address gets twenty tries over all accounts, whatever succeeds between`() async throws {
        let fixture = try await AccountsFixture()
        _ = try await fixture.register("ada")
        let results = await inParallel(50) { index in
            try await fixture.accounts.signIn(login: "user\(index)", password: "wrong", from: fixture.origin)
        }
        let refused = results.count { result in
            if case .failure(AccountError.badCredentials) = result { return true }
            return false
        }
        #expect(refused == 20)
        // Another address is not concerned.
        _ = try await fixture.accounts.signIn(
            login: "ada", password: AccountsFixture.password, from: AccountsFixture.origin("203.0.113.1"))
    }

    @Test func `Right passwords at once all succeed`() async throws {
        let fixture = try await AccountsFixture()
        _ = try await fixture.register("ada")
        let results = await inParallel(30) { _ in
            try await fixture.accounts.signIn(login: "ada", password: AccountsFixture.password, from: fixture.origin)
        }
        for result in results { _ = try result.get() }
    }

    @Test func `An old hash is renewed at the next sign-in`() async throws {
        let fixture = try await AccountsFixture()
        let id = try await fixture.register("ada").user.id
        let old = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        _ = try await fixture.database.write { try $0.execute("UPDATE users SET password_hash = \(old)") }
        _ = try await fixture.accounts.signIn(login: "ada", password: "U*U", from: fixture.origin)
        let hash = try await fixture.database.read { try $0.users.passwordHash(of: id) }
        #expect(hash?.hasPrefix("$2b$04$") == true)
        _ = try await fixture.accounts.signIn(login: "ada", password: "U*U", from: fixture.origin)
    }

    @Test func `A shut account signs in no more, is signed out, and tells so only to its owner`() async throws {
        let fixture = try await AccountsFixture()
        let admin = try await fixture.register("ada")
        let ben = try await fixture.register("ben")
        _ = try await fixture.accounts.changeUser(
            ben.user.id, role: nil, isDisabled: true, by: admin.user.id, from: fixture.origin)
        await #expect(throws: AccountError.disabled) {
            try await fixture.accounts.signIn(login: "ben", password: AccountsFixture.password, from: fixture.origin)
        }
        await #expect(throws: AccountError.badCredentials) {
            try await fixture.accounts.signIn(login: "ben", password: "wrong", from: fixture.origin)
        }
        await #expect(throws: AccountError.badRefreshToken) {
            try await fixture.accounts.refresh(ben.refreshToken.text, from: fixture.origin)
        }
        #expect(try await fixture.accounts.standings.standing(of: ben.sessionID) == nil)
        _ = try await fixture.accounts.changeUser(
            ben.user.id, role: nil, isDisabled: false, by: admin.user.id, from: fixture.origin)
        _ = try await fixture.accounts.signIn(login: "ben", password: AccountsFixture.password, from: fixture.origin)
    }

    @Test func `The last administrator stays one`() async throws {
        let fixture = try await AccountsFixture()
        let ada = try await fixture.register("ada").user.id
        let ben = try await fixture.register("ben").user.id
        await #expect(throws: AccountError.lastAdmin) {
            try await fixture.accounts.changeUser(ada, role: .student, isDisabled: nil, by: ada, from: fixture.origin)
        }
        await #expect(throws: AccountError.lastAdmin) {
            try await fixture.accounts.changeUser(ada, role: nil, isDisabled: true, by: ada, from: fixture.origin)
        }
        _ = try await fixture.accounts.changeUser(ben, role: .admin, isDisabled: nil, by: ada, from: fixture.origin)
        _ = try await fixture.accounts.changeUser(ada, role: .student, isDisabled: nil, by: ben, from: fixture.origin)
    }

    @Test func `A new password ends all sessions, starts one, and is asked for the old one`() async throws {
        let fixture = try await AccountsFixture()
        let first = try await fixture.register("ada")
        let id = first.user.id
        await #expect(throws: AccountError.wrongPassword) {
            try await fixture.accounts.changePassword(
                of: id, current: "wrong", new: "canal-otter-vellum-73", from: fixture.origin)
        }
        let fresh = try await fixture.accounts.changePassword(
            of: id, current: AccountsFixture.password, new: "canal-otter-vellum-73", from: fixture.origin)
        await #expect(throws: AccountError.badRefreshToken) {
            try await fixture.accounts.refresh(first.refreshToken.text, from: fixture.origin)
        }
        #expect(try await fixture.accounts.standings.standing(of: first.sessionID) == nil)
        #expect(try await fixture.accounts.standings.standing(of: fresh.sessionID)?.userID == id)
        _ = try await fixture.accounts.refresh(fresh.refreshToken.text, from: fixture.origin)
        await #expect(throws: AccountError.badCredentials) {
            try await fixture.accounts.signIn(login: "ada", password: AccountsFixture.password, from: fixture.origin)
        }
        _ = try await fixture.accounts.signIn(login: "ada", password: "canal-otter-vellum-73", from: fixture.origin)
    }

    @Test func `A ticket opens once, within half a minute, for a living session`() async throws {
        let fixture = try await AccountsFixture()
        let ada = try await fixture.register("ada")
        let claims = AccessClaims(
            subject: ada.user.id, role: .admin, sessionID: ada.sessionID, issuedAt: fixture.time.wall,
            expiresAt: fixture.time.wall + .seconds(900))
        let ticket = try await fixture.accounts.makeTicket(for: claims)
        let results = await inParallel(10) { _ in try await fixture.accounts.redeemTicket(ticket) }
        #expect(results.count { (try? $0.get()) != nil } == 1)
        let late = try await fixture.accounts.makeTicket(for: claims)
        fixture.time.advance(by: .seconds(30))
        await #expect(throws: AccountError.badCredentials) { try await fixture.accounts.redeemTicket(late) }
        let ended = try await fixture.accounts.makeTicket(for: claims)
        try await fixture.accounts.endAllSessions(of: ada.user.id, from: fixture.origin)
        for ticket in [ended, "", "x", ada.refreshToken.text] {
            await #expect(throws: AccountError.badCredentials) { try await fixture.accounts.redeemTicket(ticket) }
        }
    }

    @Test func `Nothing secret is in the database or its log`() async throws {
        let fixture = try await AccountsFixture()
        let ada = try await fixture.register("ada")
        let refreshed = try await fixture.accounts.refresh(ada.refreshToken.text, from: fixture.origin)
        _ = try? await fixture.accounts.signIn(login: "my-secret-typed-as-name", password: "p", from: fixture.origin)
        let dump = try await fixture.database.read { connection in
            try ["users", "sessions", "refresh_tokens", "login_failures", "audit_log", "ws_tickets"].flatMap { table in
                try connection.query("SELECT * FROM \(raw: table)").flatMap { $0.values.map { "\($0)" } }
            }.joined(separator: "\n")
        }
        let secrets = [
            AccountsFixture.password, ada.refreshToken.text, refreshed.refreshToken.text, "\(ada.refreshToken.bytes)",
            "\(refreshed.refreshToken.bytes)", ada.accessToken, "my-secret-typed-as-name",
        ]
        for secret in secrets { #expect(!dump.contains(secret)) }
    }
}

struct TestFailure: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
