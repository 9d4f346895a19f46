import Lifecycle
import Logs
import Platform
import SQL

/// What has to be done from time to time: rotate keys, and remove what nobody can use any more.
struct Housekeeping: Service {
    static let interval = Duration.seconds(300)
    /// How often the last uses of API keys are written down.
    static let keyUseInterval = Duration.seconds(60)

    private let database: any SQLDatabase
    private let keyring: SigningKeyring
    private let knownKeys: KnownKeys
    private let time: any TimeSource
    private let logger: Logger
    private let stop: AsyncStream<Void>
    private let stopper: AsyncStream<Void>.Continuation

    var serviceName: String { "housekeeping" }

    init(
        database: any SQLDatabase, keyring: SigningKeyring, knownKeys: KnownKeys, time: any TimeSource, logger: Logger
    ) {
        self.database = database
        self.keyring = keyring
        self.knownKeys = knownKeys
        self.time = time
        self.logger = logger
        (stop, stopper) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await time.sleep(for: Self.interval)) != nil { await tidy() }
            }
            group.addTask {
                while (try? await time.sleep(for: Self.keyUseInterval)) != nil { await saveKeyUses() }
            }
            group.addTask { [stop] in
                for await _ in stop { break }
            }
            await group.next()
            group.cancelAll()
        }
    }

    func shutdown() async {
        stopper.finish()
    }

    /// One round. What fails is tried again in the next.
    func tidy() async {
        do {
            try await keyring.update()
            try await removeUseless()
        } catch {
            logger.error("housekeeping failed", [("error", "\(error)")])
        }
    }

    /// What cannot be written is tried again the next time.
    func saveKeyUses() async {
        do {
            try await knownKeys.saveUses()
        } catch {
            logger.error("the last uses of API keys cannot be written down", [("error", "\(error)")])
        }
    }

    private func removeUseless() async throws {
        let now = time.wall
        try await database.write { connection in
            _ = try connection.refreshTokens.removeSuccessors(spentBefore: now - RefreshFamily.grace)
            _ = try connection.sessions.removeExpired(before: now)
            _ = try connection.loginFailures.removeOld(before: now - LoginThrottle.memory)
            _ = try connection.tickets.removeExpired(at: now)
        }
    }
}
