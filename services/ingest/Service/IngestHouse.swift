import Embeddings
import HTTPServer
import Jobs
import KeyValue
import Logs
import Metrics
import ObjectStore
import Platform
import SQL
import ServiceKit

/// The parts of the service, put together once at start.
struct IngestHouse: Sendable {
    let database: any SQLDatabase
    let jobs: JobQueue
    let objects: any ObjectStore
    let search: LectureSearch
    let library: LectureLibrary
    let subjects: SubjectLibrary

    private let pipeline: LecturePipeline
    private let remover: LectureRemover
    private let check: LectureCheck
    private let receiver: UploadReceiver
    private let progress: ProgressHub
    private let pictures: PagePictures
    private let metrics: IngestMetrics
    private let time: any TimeSource

    /// - Parameters:
    ///   - folder: Where files are kept; exists.
    ///   - database: With ``migrations`` applied.
    ///   - embedder: Nil when the model is not installed.
    ///   - objects: Where files are kept; nil for a folder of the disk.
    init(
        _ settings: IngestSettings, folder: String, database: any SQLDatabase, reader: any DocumentReading,
        embedder: (any Embedder)?, objects store: (any ObjectStore)? = nil, logger: Logger,
        metrics registry: MetricRegistry, time: any TimeSource
    ) async throws {
        self.database = database
        self.time = time
        metrics = IngestMetrics(registry: registry)
        if let store {
            objects = store
        } else {
            objects = try await DiskObjectStore(root: "\(folder)/objects")
        }
        let messages = MemoryKeyValueStore(time: time)
        jobs = JobQueue(
            database: database, time: time, logger: logger.named("jobs"), metrics: registry, options: Self.jobOptions)
        progress = ProgressHub(messages: messages, logger: logger)

        let embedding = LectureEmbedding(embedder: embedder)
        search = LectureSearch(
            database: database, embedding: embedding, cacheBytesMax: settings.searchCacheBytes,
            logger: logger.named("search"), metrics: metrics, time: time)
        remover = LectureRemover(
            jobs: jobs, objects: objects, search: search, progress: progress, logger: logger, time: time)
        let cache = SubjectCache(store: messages, logger: logger)
        library = LectureLibrary(
            database: database, jobs: jobs, objects: objects, cache: cache, remover: remover, progress: progress,
            time: time)
        subjects = SubjectLibrary(database: database, cache: cache, remover: remover, time: time)

        pictures = PagePictures(objects: objects, reader: reader)
        pipeline = LecturePipeline(
            database: database, objects: objects, reader: reader, embedding: embedding, progress: progress,
            options: LecturePipeline.Options(), time: time, logger: logger.named("pipeline"),
            metrics: metrics)
        check = LectureCheck(
            database: database, jobs: jobs, library: library, embedding: embedding, progress: progress, logger: logger,
            time: time)
        receiver = UploadReceiver(
            spool: try await UploadSpool(folder: "\(folder)/incoming"), library: library, reader: reader,
            fileBytesMax: settings.uploadBytesMax, time: time, logger: logger, metrics: metrics)
    }

    private static var jobOptions: JobQueueOptions {
        var options = JobQueueOptions()
        // A lecture goes on at its next page wherever it is taken up again: there is nothing to wait for at a stop.
        options.drainDeadline = .seconds(3)
        return options
    }

    /// The tables of the service and of the modules it uses.
    static let migrations = [
        JobQueue.migrations,
        MigrationSet(
            namespace: "ingest",
            scripts: [
                (name: "lectures", script: String(decoding: PackageResources._001_lectures_sql, as: UTF8.self)),
                (
                    name: "conversations",
                    script: String(decoding: PackageResources._002_conversations_sql, as: UTF8.self)
                ),
            ]),
    ]

    /// Names the handlers, and has the check run at this start and every hour.
    func registerJobs() async throws {
        // Two lectures at a time: so a short one need not wait for a book, and the readers are never idle.
        let lectures = JobKindOptions(concurrency: 2)
        jobs.register(kind: LecturePipeline.readKind, options: lectures) { [pipeline] in try await pipeline.run($0) }
        jobs.register(kind: LecturePipeline.memoryKind, options: lectures) { [pipeline] in try await pipeline.run($0) }
        jobs.register(kind: LectureRemover.jobKind) { [remover] in try await remover.removeObjects($0) }
        jobs.register(kind: LectureCheck.jobKind, options: JobKindOptions(concurrency: 1)) { [check] in
            try await check.run($0)
        }
        // A job can be given up without its handler having a say; then the check finds the lecture.
        jobs.onProgress { [jobs] event in
            guard event.state == .failed, [LecturePipeline.readKind, LecturePipeline.memoryKind].contains(event.kind)
            else { return }
            // Belongs to nobody, because listeners must return at once; ends with its one write, and when that fails the
            // hourly check does the same.
            Task { try? await jobs.enqueue(NewJob(kind: LectureCheck.jobKind, uniqueKey: "failure")) }
        }
        jobs.schedule(
            JobSchedule(name: "check_lectures_hourly", rule: .every(.seconds(3_600)), kind: LectureCheck.jobKind))
        try await jobs.enqueue(NewJob(kind: LectureCheck.jobKind, uniqueKey: "start"))
    }

    func app(tokens: any TokenAuthority) -> ServiceApp {
        var app = ServiceApp(api: api(), tokens: tokens)
        app.background = [jobs]
        app.middleware = [LibraryErrorMiddleware()]
        app.readiness = [
            ReadinessCheck("database") { [database] in
                _ = try await database.read { try $0.first("SELECT 1 AS one") }
            }
        ]
        app.idempotency = IdempotencyStore(database: database, time: time)
        app.close = { [database] in await database.close() }
        return app
    }

    private func api() -> API {
        var api = API()
        SubjectRoutes(subjects: subjects).add(to: &api)
        LectureRoutes(library: library, receiver: receiver).add(to: &api)
        ContentRoutes(library: library, pictures: pictures).add(to: &api)
        TaskRoutes(database: database, progress: progress, metrics: metrics).add(to: &api)
        ProgressSocketRoutes(database: database, progress: progress, metrics: metrics).add(to: &api)
        SearchRoutes(search: search).add(to: &api)
        InternalRoutes(database: database).add(to: &api)
        return api
    }
}
