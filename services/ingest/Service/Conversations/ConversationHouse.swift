import Contracts
import Crypto
import Jobs
import Logs
import ObjectStore
import Platform
import SQL
import ServiceKit
import Settings

/// The parts that process recorded conversations, put together once at start.
struct ConversationHouse: Sendable {
    let desk: ConversationDesk
    let pipeline: ConversationPipeline
    private let reconciler: ConversationReconciler
    private let shelves: ObjectShelves
    private let settings: ConversationSettings
    private let logger: Logger

    init(
        _ settings: ConversationSettings, database: any SQLDatabase, jobs: JobQueue, shelves: ObjectShelves,
        provider: ElevenLabsClient, peers: any ConversationPeers, logger: Logger, time: any TimeSource
    ) {
        self.settings = settings
        self.shelves = shelves
        self.logger = logger
        desk = ConversationDesk(database: database, jobs: jobs, time: time)
        pipeline = ConversationPipeline(
            database: database, jobs: jobs, shelves: shelves, provider: provider, peers: peers,
            prices: settings.prices, time: time, logger: logger)
        reconciler = ConversationReconciler(
            database: database, jobs: jobs, desk: desk, provider: provider, time: time, logger: logger)
    }

    /// Names the handlers, and has what was missed looked for at this start and regularly.
    func registerJobs() async throws {
        let jobs = pipeline.jobs
        jobs.register(kind: ConversationPipeline.jobKind, options: ConversationPipeline.options) { [pipeline] in
            try await pipeline.run($0)
        }
        jobs.register(kind: ConversationReconciler.jobKind, options: JobKindOptions(concurrency: 1)) { [reconciler] in
            try await reconciler.run($0)
        }
        jobs.schedule(
            JobSchedule(
                name: "reconcile_conversations", rule: .every(settings.reconcileInterval),
                kind: ConversationReconciler.jobKind))
        try await jobs.enqueue(NewJob(kind: ConversationReconciler.jobKind, uniqueKey: "start"))
    }

    func add(to api: inout API) {
        ConversationRoutes(database: desk.database, desk: desk, shelves: shelves).add(to: &api)
        ConversationFileRoutes(shelves: shelves).add(to: &api)
        AccountRoutes(database: desk.database, time: desk.time).add(to: &api)
        WebhookRoutes(desk: desk, secret: settings.webhookSecret, time: desk.time, logger: logger).add(to: &api)
    }
}

extension ConversationHouse {
    /// The parts over the real provider and the other services.
    init(
        _ settings: ConversationSettings, database: any SQLDatabase, jobs: JobQueue, shelves: ObjectShelves,
        on foundation: ServiceFoundation
    ) {
        self.init(
            settings, database: database, jobs: jobs, shelves: shelves,
            provider: ElevenLabsClient(
                baseURL: settings.providerURL, key: settings.providerKey, client: foundation.client,
                time: foundation.time),
            peers: ServicePeers(
                docs: PeerClient(to: .docs, on: foundation), notify: PeerClient(to: .notify, on: foundation)),
            logger: foundation.logger.named("conversations"), time: foundation.time)
    }
}

extension ObjectShelves {
    /// What the settings name: an S3 server, or the service's folder.
    convenience init(_ settings: ConversationSettings, on foundation: ServiceFoundation) async throws {
        let folder = foundation.basics.dataFolder
        if let server = settings.objects.server {
            try await self.init(
                server, folder: folder, client: foundation.client, logger: foundation.logger.named("objects"),
                time: foundation.time)
            return
        }
        let secret =
            try settings.linkSecret.map { Array($0.revealed.utf8) }
            ?? SecretFile.readOrCreate(path: "\(folder)/links.key") { randomBytes(32) }
        let publicURL = settings.publicURL.isEmpty ? foundation.basics.url(of: .auth) : settings.publicURL
        try await self.init(
            folder: folder, standardBucket: settings.objects.bucket, publicURL: publicURL, secret: secret,
            time: foundation.time)
    }
}
