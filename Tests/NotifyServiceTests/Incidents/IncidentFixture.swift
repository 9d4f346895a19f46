import Foundation
import HTTPClient
import JSONCoding
import Jobs
import Logs
import Metrics
import Platform
import SQL
import SQLiteStore
import Settings
import TestSupport

@testable import NotifyService

/// The incidents of an installation of its own: real SQLite, the real queue, the repository's templates, a clock to be moved,
/// and judges that say what the test wants.
final class IncidentFixture: Sendable {
    let folder: TemporaryFolder
    let time: ManualTime
    let database: SQLiteDatabase
    let jobs: JobQueue
    let desk: IncidentDesk
    private let client: HTTPClient
    private let events: AsyncStream<JobEvent>

    static let caller = IncidentCaller(name: "user test", accountID: nil)
    static let templates = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "templates").path

    /// - Parameters:
    ///   - folder: That of another fixture, to play a restart.
    ///   - environment: Settings of incidents.
    init(
        folder: TemporaryFolder? = nil, time: ManualTime = ManualTime(), environment: [String: String] = [:],
        quick: any IncidentJudge = FixedJudge(.duplicatePayment, 0.95),
        thorough: any IncidentJudge = FixedJudge(.refundRequest, 0.99), hasModel: Bool = false
    ) async throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        self.time = time
        let logger = Logger(name: "test", sink: MemoryLogSink())
        database = try await SQLiteDatabase(path: folder.file("notify.sqlite"))
        _ = try await Migrator(NotifyHouse.migrations).run(on: database)
        jobs = JobQueue(database: database, time: time, logger: logger, metrics: MetricRegistry())
        let (events, continuation) = AsyncStream.makeStream(of: JobEvent.self)
        self.events = events
        jobs.onProgress { continuation.yield($0) }
        let shelf = TemplateShelf(folder: Self.templates)
        try await shelf.reload()
        var reader = SettingsReader(environment: environment, dotenv: nil)
        let settings = IncidentSettings(from: &reader)
        try reader.finish()
        client = HTTPClient(HTTPClientOptions(), logger: logger, metrics: MetricRegistry())
        let triage = TriageDesk(
            quick: quick, thorough: thorough, modelPatience: settings.modelPatience,
            reviewBelow: settings.reviewBelow, time: time
        ) { hasModel }
        desk = IncidentDesk(
            database: database, jobs: jobs,
            notifications: NotificationDesk(templates: shelf, jobs: jobs, brand: "Lectern", time: time),
            triage: triage, tickets: TicketSystem(settings: settings, client: client, time: time), settings: settings,
            time: time)
        let desk = desk
        jobs.register(kind: ReminderJob.kind) { try await ReminderJob.run($0, for: desk) }
        jobs.register(kind: TicketLinkJob.kind, options: TicketLinkJob.options) {
            try await TicketLinkJob.run($0, for: desk)
        }
        jobs.register(kind: LaterJudgement.kind, options: LaterJudgement.options) {
            try await LaterJudgement.run($0, for: desk)
        }
        jobs.register(kind: Self.mark) { _ in }
    }

    private static let mark = "mark"

    /// Runs the queue while `body` runs.
    func working<Result>(_ body: () async throws -> Result) async throws -> Result {
        let running = Task { [jobs] in try await jobs.run() }
        let result: Result
        do {
            result = try await body()
        } catch {
            await jobs.shutdown()
            throw error
        }
        await jobs.shutdown()
        try await running.value
        return result
    }

    func close() async {
        await client.shutdown()
        await database.close()
    }

    /// Waits until a job of this kind has ended like this. Jobs that end before are passed over.
    func wait(for kind: String, _ state: JobState = .completed) async {
        for await event in events where event.kind == kind && event.state == state { return }
    }

    /// Moves the clock, and returns when the queue has found what is due since and has done it.
    func advance(by duration: Duration) async throws {
        // The queue's two watchmen: one of the leases, one of the table.
        await time.waitForSleepers(2)
        time.advance(by: duration)
        try await jobs.enqueue(NewJob(kind: Self.mark, start: .after(.milliseconds(1))))
        await time.waitForSleepers(2)
        time.advance(by: .seconds(3))
        await wait(for: Self.mark)
        while try await count("SELECT COUNT(*) FROM jobs WHERE state = 'running'") > 0 { await Task.yield() }
    }

    func report(
        customer: String = "c1", message: String = "I was charged twice.", channel: String = "email",
        email: String? = "ada@example.org", phone: String? = nil
    ) throws -> IncidentReport {
        try IncidentReport(
            json: [
                "customer_id": .string(customer), "channel": .string(channel), "message": .string(message),
                "email": .optional(email), "phone": .optional(phone),
            ], region: nil)
    }

    func take(_ report: IncidentReport, by caller: IncidentCaller = caller) async throws -> IncidentDesk.Outcome {
        try await desk.take(report, from: caller)
    }

    func incident(_ id: Identifier) async throws -> Incident? {
        try await database.read { try IncidentTable.find(id, in: $0) }
    }

    func count(_ query: SQLQuery) async throws -> Int {
        try await database.read { try $0.first(query)?.get(at: 0) ?? 0 }
    }

    /// How many orders stand for this template.
    func orders(_ template: String) async throws -> Int {
        try await count("SELECT COUNT(*) FROM notification_orders WHERE template = \(template)")
    }
}

/// A judge with one opinion.
struct FixedJudge: IncidentJudge {
    let category: IncidentCategory
    let confidence: Double
    var engine = IncidentClassification.builtInEngine

    init(_ category: IncidentCategory, _ confidence: Double, engine: String = IncidentClassification.builtInEngine) {
        self.category = category
        self.confidence = confidence
        self.engine = engine
    }

    func classify(_ message: String) async -> IncidentClassification {
        IncidentClassification(
            category: category, confidence: confidence, secondBest: .other, secondConfidence: 1 - confidence,
            reason: "The test says so.", engine: engine)
    }
}

/// A judge that says nothing until the test lets it.
final class HeldJudge: IncidentJudge {
    private let gate: AsyncStream<Void>
    private let opener: AsyncStream<Void>.Continuation
    private let opinion: FixedJudge
    private let asked = Lock(0)
    private let questions: AsyncStream<Void>
    private let questioner: AsyncStream<Void>.Continuation

    init(_ opinion: FixedJudge) {
        self.opinion = opinion
        (gate, opener) = AsyncStream.makeStream()
        (questions, questioner) = AsyncStream.makeStream()
    }

    /// How often it has been asked.
    var count: Int { asked.withLock { $0 } }

    /// Returns once it has been asked.
    func waitUntilAsked() async {
        for await _ in questions { return }
    }

    func open() { opener.finish() }

    func classify(_ message: String) async -> IncidentClassification {
        asked.withLock { $0 += 1 }
        questioner.yield()
        for await _ in gate {}
        return await opinion.classify(message)
    }
}
