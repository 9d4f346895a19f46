import Embeddings
import Jobs
import LanguageModels
import Lifecycle
import Logs
import Platform
import SQL
import ServiceKit

/// Incidents, put together: what `NotifyHouse` needs to know of them.
struct IncidentOffice: Sendable {
    let desk: IncidentDesk
    private let words: WordJudge
    private let presence: ModelPresence
    private let embedder: NativeEmbedder?
    private let metrics: IncidentMetrics

    /// - Throws: `ClassificationError` when the built-in examples are wrong.
    init(
        _ settings: IncidentSettings, modelFolder: String, database: any SQLDatabase, jobs: JobQueue,
        notifications: NotificationDesk, foundation: ServiceFoundation
    ) throws {
        let logger = foundation.logger.named("incidents")
        embedder = Self.embedder(modelFolder, foundation, logger)
        words = try WordJudge(logger: logger)
        let models = ModelSelector(
            settings.models, client: foundation.client, metrics: foundation.metrics,
            logger: foundation.logger.named("models"),
            time: foundation.time)
        presence = ModelPresence(models: models, time: foundation.time)
        let triage = TriageDesk(
            quick: words,
            thorough: try IncidentClassifier(
                embedder: embedder, models: models, prompts: PromptFolder(path: settings.promptsFolder), logger: logger,
                time: foundation.time),
            modelPatience: settings.modelPatience, reviewBelow: settings.reviewBelow, time: foundation.time
        ) { [presence] in presence.isPresent }
        desk = IncidentDesk(
            database: database, jobs: jobs, notifications: notifications, triage: triage,
            tickets: TicketSystem(settings: settings, client: foundation.client, time: foundation.time),
            settings: settings, time: foundation.time)
        metrics = IncidentMetrics(foundation.metrics)
    }

    static var migration: (name: String, script: String) {
        (name: "incidents", script: String(decoding: PackageResources._002_incidents_sql, as: UTF8.self))
    }

    /// What runs beside the server.
    var background: [any Service] { embedder.map { [$0] } ?? [] }

    /// Names the handlers, and begins what the first report would otherwise wait for.
    func registerJobs() {
        // Both belong to nobody, because the start does not wait for them: a model's server may take its time, and the
        // quick judge learns for longer than all the rest of the start takes. A report that comes earlier waits.
        Task { [presence] in await presence.ask() }
        Task { [words] in await words.prepare() }
        desk.jobs.register(kind: ReminderJob.kind) { [desk] in try await ReminderJob.run($0, for: desk) }
        desk.jobs.register(kind: TicketLinkJob.kind, options: TicketLinkJob.options) { [desk] in
            try await TicketLinkJob.run($0, for: desk)
        }
        desk.jobs.register(kind: LaterJudgement.kind, options: LaterJudgement.options) { [desk] in
            try await LaterJudgement.run($0, for: desk)
        }
        desk.jobs.register(kind: Self.forgetKind) { [desk] job in
            _ = try await job.complete { try desk.claims.removeOld(in: $0) }
        }
        desk.jobs.schedule(
            JobSchedule(name: "forget_incident_claims", rule: .every(.seconds(600)), kind: Self.forgetKind))
    }

    func addRoutes(to api: inout API) {
        IncidentRoutes(desk: desk, metrics: metrics).add(to: &api)
    }

    private static let forgetKind = "forget_incident_claims"

    /// The built-in embedder, or nil with a line in the log when its files are not there.
    private static func embedder(
        _ modelFolder: String, _ foundation: ServiceFoundation, _ logger: Logger
    ) -> NativeEmbedder? {
        let usual = "\(foundation.basics.varFolder)/models/all-MiniLM-L6-v2"
        let folder = modelFolder.isEmpty ? usual : modelFolder
        guard ModelFiles.areComplete(in: folder) else {
            logger.warning(
                "the embedding model is not installed (make setup); incidents are classified by their words only",
                [("model.folder", folder)])
            return nil
        }
        var options = NativeEmbedder.Options()
        options.threads = 1
        return NativeEmbedder(
            modelFolder: folder, options: options, logger: foundation.logger.named("embedder"), time: foundation.time)
    }
}
