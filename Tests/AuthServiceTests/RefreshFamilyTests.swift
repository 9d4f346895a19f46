import Platform
import Testing

@testable import AuthService

@Suite struct RefreshFamilyTests {
    let now = Timestamp(millisecondsSince1970: 1_800_000_000_000)

    private func token(expiresIn: Duration = .seconds(60), spentAgo: Duration? = nil, sealed: [UInt8]? = [1])
        -> RefreshFamily.Token
    {
        RefreshFamily.Token(
            expiresAt: now + expiresIn, spentAt: spentAgo.map { now - $0 },
            sealedSuccessor: spentAgo == nil ? nil : sealed)
    }

    @Test func `An unspent token is traded in until it expires`() {
        let family = RefreshFamily(revokedAt: nil)
        #expect(family.decide(on: token(), at: now) == .rotate)
        #expect(family.decide(on: token(expiresIn: .milliseconds(1)), at: now) == .rotate)
        #expect(family.decide(on: token(expiresIn: .zero), at: now) == .refuse)
    }

    @Test func `A spent token leads on within ten seconds and ends the family after`() {
        let family = RefreshFamily(revokedAt: nil)
        #expect(family.decide(on: token(spentAgo: .zero), at: now) == .follow(sealed: [1]))
        #expect(family.decide(on: token(spentAgo: .milliseconds(9_999)), at: now) == .follow(sealed: [1]))
        #expect(family.decide(on: token(spentAgo: .seconds(10)), at: now) == .revoke)
        #expect(family.decide(on: token(spentAgo: .seconds(1), sealed: nil), at: now) == .revoke)
    }

    @Test func `A clock that was set back signs nobody out`() {
        let family = RefreshFamily(revokedAt: nil)
        #expect(family.decide(on: token(spentAgo: .seconds(-3_600)), at: now) == .follow(sealed: [1]))
    }

    @Test func `An ended family gives nothing, whatever the token`() {
        let family = RefreshFamily(revokedAt: now)
        for token in [token(), token(spentAgo: .seconds(1)), token(spentAgo: .seconds(11))] {
            #expect(family.decide(on: token, at: now) == .refuse)
        }
    }

    @Test func `Only the token itself opens what it sealed`() throws {
        let token = RefreshToken()
        let successor = RefreshToken()
        let sealed = token.seal(successor)
        #expect(sealed != successor.bytes)
        #expect(token.unseal(sealed) == successor)
        #expect(RefreshToken().unseal(sealed) != successor)
        #expect(token.unseal([1, 2, 3]) == nil)
        #expect(RefreshToken(text: token.text) == token)
        for text in ["", "x", token.text + "=", token.text + "A", String(token.text.dropLast()), "é"] {
            #expect(RefreshToken(text: text) == nil)
        }
    }
}
