package import Contracts
import Embeddings
import HTTPServer
import Jobs
import KeyValue
import Logs
import ObjectStore
import Platform
import ReaderHost
import ReaderProtocol
import SQL
package import ServiceKit
package import Settings

/// The ingest service: from a file to searchable, cited knowledge.
package enum IngestApp: ServiceProgram {
    package static let name = ServiceName.ingest

    /// To be called first of all in the program: what the matrix library reads from the environment must be there before
    /// the first thread.
    package static func prepareProcess() {
        NativeEmbedder.prepareProcess()
    }

    package static func configuration(from reader: inout SettingsReader) -> IngestSettings {
        IngestSettings(from: &reader)
    }

    package static func assemble(
        _ settings: IngestSettings, on foundation: ServiceFoundation
    ) async throws -> ServiceApp {
        let house = try await IngestHouse(settings, on: foundation)
        try await house.registerJobs()
        var app = ServiceApp(api: house.api(), tokens: PublishedKeys(foundation: foundation))
        app.background = (house.embedder.map { [$0] } ?? []) + [house.jobs]
        app.middleware = [LibraryErrorMiddleware()]
        app.readiness = [
            ReadinessCheck("database") { [database = house.database] in
                _ = try await database.read { try $0.first("SELECT 1 AS one") }
            }
        ]
        app.close = { [database = house.database] in await database.close() }
        return app
    }
}

/// The parts of the service, put together once at start.
struct IngestHouse: Sendable {
    let database: any SQLDatabase
    let jobs: JobQueue
    let search: LectureSearch
    let library: LectureLibrary
    let subjects: SubjectLibrary
    let pipeline: LecturePipeline
    let check: LectureCheck
    let receiver: UploadReceiver
    /// Nil when the model's files are not there.
    let embedder: NativeEmbedder?

    private let progress: ProgressHub
    private let pictures: PagePictures
    private let remover: LectureRemover
    private let metrics: IngestMetrics

    init(_ settings: IngestSettings, on foundation: ServiceFoundation) async throws {
        let (basics, time, logger) = (foundation.basics, foundation.time, foundation.logger)
        database = try await foundation.openDatabase(migrations: [JobQueue.migrations, Self.migrations])
        metrics = IngestMetrics(registry: foundation.metrics)
        let objects = try await DiskObjectStore(root: "\(basics.dataFolder)/objects")
        let messages = MemoryKeyValueStore(time: time)
        jobs = JobQueue(database: database, time: time, logger: logger.named("jobs"), metrics: foundation.metrics)

        embedder = Self.embedder(settings, foundation)
        let embedding = LectureEmbedding(embedder: embedder)
        search = LectureSearch(
            database: database, embedding: embedding, cacheBytesMax: settings.searchCacheBytes,
            logger: logger.named("search"), metrics: metrics, time: time)
        progress = ProgressHub(messages: messages, logger: logger)
        remover = LectureRemover(
            jobs: jobs, objects: objects, search: search, progress: progress, logger: logger, time: time)
        let cache = SubjectCache(store: messages, logger: logger)
        library = LectureLibrary(
            database: database, jobs: jobs, objects: objects, cache: cache, remover: remover, progress: progress,
            time: time)
        subjects = SubjectLibrary(database: database, cache: cache, remover: remover, time: time)

        let reader = Self.reader(settings, logger)
        pictures = PagePictures(objects: objects, reader: reader)
        pipeline = LecturePipeline(
            database: database, objects: objects, reader: reader, embedding: embedding, search: search,
            progress: progress, options: LecturePipeline.Options(), time: time, logger: logger.named("pipeline"),
            metrics: metrics)
        check = LectureCheck(
            database: database, jobs: jobs, library: library, embedding: embedding, progress: progress, logger: logger,
            time: time)
        receiver = UploadReceiver(
            spool: try await UploadSpool(folder: "\(basics.dataFolder)/incoming"), library: library, reader: reader,
            fileBytesMax: settings.uploadBytesMax, time: time, logger: logger, metrics: metrics)
    }

    static let migrations = MigrationSet(
        namespace: "ingest",
        scripts: [(name: "lectures", script: String(decoding: PackageResources._001_lectures_sql, as: UTF8.self))])

    /// Names the handlers, and has the check run once at this start.
    func registerJobs() async throws {
        // Two lectures at a time: so a short one need not wait for a book, and the readers are never idle.
        let lectures = JobKindOptions(concurrency: 2)
        jobs.register(kind: LecturePipeline.readKind, options: lectures) { [pipeline] in try await pipeline.run($0) }
        jobs.register(kind: LecturePipeline.memoryKind, options: lectures) { [pipeline] in try await pipeline.run($0) }
        jobs.register(kind: LectureRemover.jobKind) { [remover] in try await remover.removeObjects($0) }
        jobs.register(kind: LectureCheck.jobKind, options: JobKindOptions(concurrency: 1)) { [check] in
            try await check.run($0)
        }
        try await jobs.enqueue(NewJob(kind: LectureCheck.jobKind, uniqueKey: "check"))
    }

    func api() -> API {
        var api = API()
        SubjectRoutes(subjects: subjects).add(to: &api)
        LectureRoutes(library: library, receiver: receiver).add(to: &api)
        ContentRoutes(library: library, pictures: pictures).add(to: &api)
        TaskRoutes(database: database, progress: progress, metrics: metrics).add(to: &api)
        SearchRoutes(search: search).add(to: &api)
        InternalRoutes(database: database).add(to: &api)
        return api
    }

    private static func reader(_ settings: IngestSettings, _ logger: Logger) -> ReaderPool {
        var configuration = ReaderConfiguration()
        configuration.languages = settings.languages
        configuration.limits.memoryBytes = settings.readerMemoryBytes
        configuration.limits.pageTimeout = settings.readerPageTimeout
        return ReaderPool(
            executable: settings.readerExecutable.isEmpty ? nil : settings.readerExecutable,
            configuration: configuration, workerCount: settings.readerWorkers, logger: logger.named("reader"))
    }

    /// The built-in embedder, or nil with a line in the log when its files are not there.
    private static func embedder(_ settings: IngestSettings, _ foundation: ServiceFoundation) -> NativeEmbedder? {
        let usual = "\(foundation.basics.varFolder)/models/all-MiniLM-L6-v2"
        let folder = settings.modelFolder.isEmpty ? usual : settings.modelFolder
        guard ModelFiles.areComplete(in: folder) else {
            foundation.logger.warning(
                "the embedding model is not installed (make setup); lectures are found by their words only",
                [("model.folder", folder)])
            return nil
        }
        return NativeEmbedder(
            modelFolder: folder, logger: foundation.logger.named("embedder"), time: foundation.time)
    }
}
