import Crypto
import Platform
import Testing

@Suite struct PasswordHasherTests {
    static let key = [UInt8](repeating: 0x5A, count: 32)

    /// Cost 4 is bcrypt's least: about a millisecond.
    static func hasher(cost: Int = 4, workers: Int = 2, waitingMax: Int = 64) throws -> PasswordHasher {
        try PasswordHasher(
            condensingKey: key, cost: cost, limits: PasswordHasher.Limits(workers: workers, waitingMax: waitingMax))
    }

    @Test(
        "Hashes made elsewhere are understood",
        arguments: [
            // The designer's own test vectors of $2a$ and $2y$.
            ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
            ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        ])
    func foreignHash(password: String, hash: String) async throws {
        let hasher = try Self.hasher()
        #expect(try await hasher.verify(password, against: hash))
        #expect(try await !hasher.verify(password + "x", against: hash))
        #expect(hasher.needsRehash(hash))
    }

    @Test func `A password fits its own hash and no other`() async throws {
        let hasher = try Self.hasher()
        let hash = try await hasher.hash("correct horse")
        #expect(hash.hasPrefix("$2b$04$"))
        #expect(hash.utf8.count == 60)
        #expect(try await hasher.verify("correct horse", against: hash))
        #expect(try await !hasher.verify("correct hors", against: hash))
        #expect(try await !hasher.verify("", against: hash))
        #expect(try await hasher.hash("correct horse") != hash)
        #expect(!hasher.needsRehash(hash))
        #expect(try Self.hasher(cost: 5).needsRehash(hash))
    }

    @Test("The last character counts, whatever the length", arguments: [8, 71, 72, 73, 74, 127, 128, 512])
    func lengths(length: Int) async throws {
        let hasher = try Self.hasher()
        let password = String(repeating: "p", count: length - 1)
        let hash = try await hasher.hash(password + "x")
        #expect(try await hasher.verify(password + "x", against: hash))
        #expect(try await !hasher.verify(password + "y", against: hash))
        #expect(try await !hasher.verify(password, against: hash))
        #expect(try await !hasher.verify(password + "xx", against: hash))
    }

    @Test func `A NUL is a character like any other`() async throws {
        let hasher = try Self.hasher()
        let hash = try await hasher.hash("before\0after")
        #expect(try await hasher.verify("before\0after", against: hash))
        #expect(try await !hasher.verify("before", against: hash))
        #expect(try await !hasher.verify("before\0", against: hash))
        #expect(try await !hasher.verify("before\0other", against: hash))
        let short = try await hasher.hash("before")
        #expect(try await !hasher.verify("before\0after", against: short))
    }

    @Test(
        "The same characters in another Unicode form are the same password",
        arguments: [("\u{C5}ngstrom", "A\u{30A}ngstrom"), ("\u{212B}ngstrom", "\u{C5}ngstrom"), ("ﬁsh①", "fish1")])
    func forms(left: String, right: String) async throws {
        let hasher = try Self.hasher()
        let hash = try await hasher.hash(left)
        #expect(try await hasher.verify(right, against: hash))
    }

    @Test func `Long passwords need the server's key`() async throws {
        let password = String(repeating: "long ", count: 20)
        let hash = try await Self.hasher().hash(password)
        let other = try PasswordHasher(condensingKey: [UInt8](repeating: 1, count: 32), cost: 4)
        #expect(try await !other.verify(password, against: hash))
        #expect(throws: CryptoError.self) { try PasswordHasher(condensingKey: [UInt8](repeating: 1, count: 31)) }
    }

    @Test func `Nobody's password is never right and costs a whole hash`() async throws {
        let hasher = try Self.hasher(cost: 10)
        let start = ContinuousClock.now
        #expect(try await !hasher.verify("x", against: nil))
        // A busy machine only makes it longer; without the work it would be microseconds.
        #expect(ContinuousClock.now - start > .milliseconds(10))
        #expect(try await !hasher.verify("", against: nil))
    }

    @Test(
        "A stored text that is no bcrypt hash is an error, not a wrong password",
        arguments: ["", "*0", "plain", "$2b$04$short", "$1$salt$hash", "$2b$04$" + String(repeating: "!", count: 53)])
    func malformed(hash: String) async throws {
        let hasher = try Self.hasher()
        await #expect(throws: CryptoError.self) { try await hasher.verify("x", against: hash) }
    }

    @Test func `More waiting passwords than allowed are refused and the rest are served`() async throws {
        let hasher = try Self.hasher(cost: 8, workers: 1, waitingMax: 3)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<12 {
                group.addTask { (try? await hasher.hash("password")) != nil }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 } >= 4)
        #expect(outcomes.count { !$0 } >= 1)
        #expect(hasher.pendingCount == 0)
        _ = try await hasher.hash("password")
    }

    @Test func `A caller that went away is not hashed for`() async throws {
        let hasher = try Self.hasher()
        let task = Task { try await hasher.hash("password") }
        task.cancel()
        let result = await task.result
        #expect(throws: CancellationError.self) { try result.get() }
    }

    @Test(
        "Strength follows the published thresholds",
        arguments: [
            ("password", 0), ("Password123", 0), ("alexander1", 0), ("qwertyuiop", 1), ("Str0ng-Passw0rd!", 2),
            ("correct-horse-battery-staple", 4), ("日本語パスワード", 4),
        ])
    func strength(password: String, score: Int) async throws {
        let hasher = try Self.hasher()
        #expect(try await hasher.strength(of: password, ownWords: ["alexander"]) == score)
    }

    @Test func `Own words make a password weak, in any case and spelling`() {
        #expect(PasswordStrength.score(of: "Zwerchfellkurs") >= 3)
        #expect(PasswordStrength.score(of: "Zwerchfellkurs", ownWords: ["zwerchfellkurs"]) == 0)
        #expect(PasswordStrength.score(of: "zw3rchf3llkurs", ownWords: ["Zwerchfellkurs"]) <= 1)
    }

    @Test func `What stands behind a NUL counts for strength`() {
        #expect(PasswordStrength.score(of: "a\0correct-horse-battery-staple") == 4)
    }
}
