import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing

@testable import AuthService

@Suite struct RefreshTests {
    @Test func `Each refresh gives a new token of the same session`() async throws {
        let fixture = try await AccountsFixture()
        var token = try await fixture.register("ada")
        let session = token.sessionID
        for _ in 0..<5 {
            fixture.time.advance(by: .seconds(600))
            let next = try await fixture.accounts.refresh(token.refreshToken.text, from: fixture.origin)
            #expect(next.sessionID == session)
            #expect(next.refreshToken != token.refreshToken)
            token = next
        }
        let sessions = try await fixture.accounts.sessions(of: token.user.id, before: nil, limit: 10)
        #expect(sessions.map(\.id) == [session])
        #expect(sessions.first?.lastUsedAt == fixture.time.wall)
    }

    @Test func `Of fifty refreshes at once all get the one and same successor`() async throws {
        let fixture = try await AccountsFixture()
        let first = try await fixture.register("ada")
        for round in 0..<10 {
            let start = try await fixture.accounts.signIn(
                login: "ada", password: AccountsFixture.password, from: fixture.origin)
            let results = await inParallel(50) { _ in
                try await fixture.accounts.refresh(start.refreshToken.text, from: fixture.origin).refreshToken
            }
            let tokens = Set(try results.map { try $0.get() })
            #expect(tokens.count == 1, "round \(round)")
            let unspent = try await fixture.count(
                """
                SELECT COUNT(*) FROM refresh_tokens WHERE session_id = \(start.sessionID) AND spent_at IS NULL
                """)
            #expect(unspent == 1)
        }
        _ = first
    }

    @Test func `A slow second tab within the grace gets the end of the chain`() async throws {
        let fixture = try await AccountsFixture()
        let first = try await fixture.register("ada")
        let second = try await fixture.accounts.refresh(first.refreshToken.text, from: fixture.origin)
        fixture.time.advance(by: .seconds(4))
        let third = try await fixture.accounts.refresh(second.refreshToken.text, from: fixture.origin)
        fixture.time.advance(by: .seconds(5))
        #expect(
            try await fixture.accounts.refresh(first.refreshToken.text, from: fixture.origin).refreshToken
                == third.refreshToken)
        #expect(
            try await fixture.accounts.refresh(second.refreshToken.text, from: fixture.origin).refreshToken
                == third.refreshToken)
    }

    @Test func `A spent token after the grace ends the session for everybody, and is noted`() async throws {
        let fixture = try await AccountsFixture()
        let first = try await fixture.register("ada")
        let second = try await fixture.accounts.refresh(first.refreshToken.text, from: fixture.origin)
        #expect(try await fixture.accounts.standings.standing(of: first.sessionID) != nil)
        fixture.time.advance(by: .seconds(10))
        for token in [first, second, first] {
            await #expect(throws: AccountError.badRefreshToken) {
                try await fixture.accounts.refresh(token.refreshToken.text, from: fixture.origin)
            }
        }
        #expect(try await fixture.accounts.standings.standing(of: first.sessionID) == nil)
        #expect(try await fixture.count("SELECT COUNT(*) FROM audit_log WHERE kind = 'refresh_reused'") == 1)
        // Other sign-ins of the user go on.
        _ = try await fixture.accounts.signIn(login: "ada", password: AccountsFixture.password, from: fixture.origin)
    }

    @Test func `A thief and his victim cannot both go on: the second to come ends it`() async throws {
        let fixture = try await AccountsFixture()
        let stolen = try await fixture.register("ada").refreshToken
        // Even if both use the stolen token within the grace, they hold one and the same successor.
        let victim = try await fixture.accounts.refresh(stolen.text, from: fixture.origin)
        let thief = try await fixture.accounts.refresh(stolen.text, from: fixture.origin)
        fixture.time.advance(by: .seconds(600))
        let next = try await fixture.accounts.refresh(thief.refreshToken.text, from: fixture.origin)
        fixture.time.advance(by: .seconds(600))
        await #expect(throws: AccountError.badRefreshToken) {
            try await fixture.accounts.refresh(victim.refreshToken.text, from: fixture.origin)
        }
        await #expect(throws: AccountError.badRefreshToken) {
            try await fixture.accounts.refresh(next.refreshToken.text, from: fixture.origin)
        }
    }

    @Test func `Races of refresh, reuse and sign-out never leave a living token behind a sign-out`() async throws {
        let fixture = try await AccountsFixture()
        _ = try await fixture.register("ada")
        for _ in 0..<20 {
            let start = try await fixture.accounts.signIn(
                login: "ada", password: AccountsFixture.password, from: fixture.origin)
            let results = await inParallel(12) { index in
                if index == 6 {
                    try await fixture.accounts.endSession(of: start.refreshToken.text, from: fixture.origin)
                    return start.refreshToken
                }
                return try await fixture.accounts.refresh(start.refreshToken.text, from: fixture.origin).refreshToken
            }
            let tokens = Set(results.compactMap { try? $0.get() })
            for token in tokens {
                await #expect(throws: AccountError.badRefreshToken) {
                    try await fixture.accounts.refresh(token.text, from: fixture.origin)
                }
            }
        }
    }

    @Test func `A token expires after a week without use`() async throws {
        let fixture = try await AccountsFixture()
        let first = try await fixture.register("ada")
        fixture.time.advance(by: .seconds(7 * 86_400))
        await #expect(throws: AccountError.badRefreshToken) {
            try await fixture.accounts.refresh(first.refreshToken.text, from: fixture.origin)
        }
    }

    @Test(arguments: ["", "x", "null", String(repeating: "A", count: 43), String(repeating: "A", count: 100_000)])
    func `What is no token is refused`(text: String) async throws {
        let fixture = try await AccountsFixture()
        await #expect(throws: AccountError.badRefreshToken) {
            try await fixture.accounts.refresh(text, from: fixture.origin)
        }
    }
}
