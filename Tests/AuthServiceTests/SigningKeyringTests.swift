import Crypto
import Platform
import TestSupport
import Testing
import Tokens

@testable import AuthService

@Suite struct SigningKeyringTests {
    let folder: TemporaryFolder
    let time = ManualTime()
    let day = Duration.seconds(86_400)

    init() throws {
        folder = try TemporaryFolder()
    }

    private func keyring() throws -> SigningKeyring {
        try SigningKeyring(folder: folder.path, rotation: day, tokenLifetime: .seconds(900), time: time)
    }

    private var claims: AccessClaims {
        AccessClaims(
            subject: .make(), role: .staff, sessionID: .make(), issuedAt: time.wall,
            expiresAt: time.wall + .seconds(900))
    }

    @Test func `The first start makes a key and the next one finds it`() throws {
        let first = try keyring()
        let token = try first.sign(claims)
        let second = try keyring()
        #expect(second.published.keys.map(\.id) == first.published.keys.map(\.id))
        _ = try second.verifier.verify(token)
    }

    @Test func `Rotation overlaps: no token is refused for its sake, and the old key goes in the end`() async throws {
        let keyring = try keyring()
        let old = try #require(keyring.published.keys.first?.id)
        time.advance(by: day)
        let before = try keyring.sign(claims)
        try await keyring.update()
        let both = keyring.published.keys.map(\.id)
        #expect(both.count == 2 && both.first == old)
        // The new key is known but does not sign yet.
        _ = try keyring.verifier.verify(before)
        let verifier = TokenVerifier(keys: keyring.published, time: time)
        time.advance(by: KeySchedule.notice)
        let last = try { try keyring.sign(claims) }()
        try await keyring.update()
        let after = try keyring.sign(claims)
        _ = try verifier.verify(last)
        _ = try verifier.verify(after)
        #expect(keyring.published.keys.count == 2)
        time.advance(by: .seconds(900 + 60))
        try await keyring.update()
        #expect(keyring.published.keys.map(\.id) == [both[1]])
    }

    @Test func `A key file that others may read stops the start`() throws {
        _ = try keyring()
        try #require(chmodAll(0o644))
        #expect(throws: CryptoError.self) { try keyring() }
    }

    private func chmodAll(_ mode: UInt32) -> Bool {
        chmodFile(folder.file("token-key-000001.pem"), mode)
    }
}
