import Crypto
import Platform
import SQL
import SQLiteStore
import TestSupport

@testable import AuthService

/// The accounts of an installation of its own: real SQLite, real bcrypt (at its least cost), a clock to be moved.
struct AccountsFixture {
    let folder: TemporaryFolder
    let time = ManualTime()
    let database: SQLiteDatabase
    let accounts: Accounts
    let origin = ClientOrigin(address: IPAddress("192.0.2.1"), fallback: "", userAgent: "test")

    static let password = "vellum-otter-canal-37"

    init(_ change: (inout AuthSettings) -> Void = { _ in }) async throws {
        folder = try TemporaryFolder()
        database = try await SQLiteDatabase(path: folder.file("auth.sqlite"))
        _ = try await Migrator([AuthMigrations.all]).run(on: database)
        var settings = AuthSettings()
        settings.passwordCost = 4
        change(&settings)
        let hasher = try PasswordHasher(condensingKey: [UInt8](repeating: 1, count: 32), cost: settings.passwordCost)
        let keyring = try SigningKeyring(
            folder: folder.path, rotation: settings.signingKeyRotation, tokenLifetime: settings.accessTokenLifetime,
            time: time)
        accounts = Accounts(
            database: database, settings: settings, hasher: hasher, keyring: keyring, time: time)
    }

    func register(_ name: String, from origin: ClientOrigin? = nil) async throws -> Accounts.SignedIn {
        try await accounts.register(
            username: name, email: "\(name)@example.org", password: Self.password, from: origin ?? self.origin)
    }

    func count(_ query: SQLQuery) async throws -> Int {
        try await database.read { try $0.first(query)?.get(at: 0) ?? 0 }
    }

    static func origin(_ address: String) -> ClientOrigin {
        ClientOrigin(address: IPAddress(address), fallback: address, userAgent: "test")
    }
}

/// What each of `count` parallel calls came to.
func inParallel<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Value
) async -> [Result<Value, any Error>] {
    await withTaskGroup(of: Result<Value, any Error>.self) { group in
        for index in 0..<count {
            group.addTask {
                do { return .success(try await body(index)) } catch { return .failure(error) }
            }
        }
        return await group.reduce(into: []) { $0.append($1) }
    }
}
