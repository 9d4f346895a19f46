import Embeddings
import Jobs
import Logs
import Metrics
import Platform
import ReaderHost
import ReaderProtocol
import SQL
import SQLiteStore
import Settings
import TestSupport

@testable import IngestService

/// The parts of the service without its server, on a folder that other houses may share, as replicas or after a crash.
struct House: Sendable {
    let parts: IngestHouse
    let database: any SQLDatabase
    let logs: MemoryLogSink

    /// - Parameter wrap: Puts something between the service and its database.
    init(
        folder: String, reader: any DocumentReading, time: any TimeSource, embedder: (any Embedder)? = nil,
        wrap: (any SQLDatabase) -> any SQLDatabase = { $0 }
    ) async throws {
        logs = MemoryLogSink()
        let logger = Logger(name: "test", sink: logs, time: time)
        let file = try await SQLiteDatabase(path: "\(folder)/ingest.sqlite")
        try await Migrator(IngestHouse.migrations).run(on: file)
        database = wrap(file)
        var settings = SettingsReader(environment: [:])
        parts = try await IngestHouse(
            IngestSettings(from: &settings), folder: folder, database: database, reader: reader, embedder: embedder,
            logger: logger, metrics: MetricRegistry(), time: time)
        try await parts.registerJobs()
    }

    /// Takes a file in for a new user. Returns what identifies it.
    func add(_ pdf: TinyPDF, folder: TemporaryFolder) async throws -> (
        userID: Identifier, receipt: LectureLibrary.Receipt
    ) {
        let userID = Identifier.make()
        let subject = try await parts.subjects.create(name: "s", color: "red", userID: userID)
        let bytes = pdf.bytes
        let path = try folder.write("upload-\(userID).pdf", bytes)
        let receipt = try await parts.library.add(
            LectureLibrary.Upload(
                name: "Week 1", subjectID: subject.id, fileName: "week1.pdf", path: path, byteCount: Int64(bytes.count),
                kind: .pdf),
            userID: userID)
        return (userID, receipt)
    }

    /// Works until the job has ended, then stops.
    func finish(_ job: Identifier) async throws -> JobState {
        let (ends, end) = AsyncStream.makeStream(of: JobState.self)
        parts.jobs.onProgress { event in
            if event.id == job, event.state.isFinished { end.yield(event.state) }
        }
        let running = Task { try await parts.jobs.run() }
        defer { running.cancel() }
        var state = try await parts.jobs.job(job)?.state ?? .failed
        if !state.isFinished {
            for await ended in ends {
                state = ended
                break
            }
        }
        await parts.jobs.shutdown()
        try await running.value
        return state
    }
}

/// The real reader, which stops forever once it has delivered so many pages, as a process that was stopped would.
final class StallingReader: DocumentReading {
    private let pool: ReaderPool
    private let pagesMax: Int
    private let delivered = Lock<[Int]>([])
    private let stalled: AsyncStream<Void>
    private let stall: AsyncStream<Void>.Continuation
    private let gate: AsyncStream<Void>
    let release: AsyncStream<Void>.Continuation

    init(pagesMax: Int = .max) {
        pool = ReaderPool(
            executable: readerExecutable, workerCount: 1, logger: Logger(name: "reader", sink: MemoryLogSink()))
        self.pagesMax = pagesMax
        (stalled, stall) = AsyncStream.makeStream()
        (gate, release) = AsyncStream.makeStream()
    }

    /// The pages that were read, in the order they came.
    var pages: [Int] { delivered.withLock { $0 } }

    /// Returns when the reader has come to its stop.
    func waitUntilStalled() async {
        for await _ in stalled { return }
    }

    func inspect(_ path: String, password: String?) async throws -> DocumentInfo {
        try await pool.inspect(path, password: password)
    }

    func read(
        _ path: String, password: String?, wanted: @Sendable (DocumentInfo) async throws -> [Int],
        deliver: @escaping @Sendable ([PageReading]) async throws -> Void
    ) async throws -> DocumentInfo {
        try await pool.read(path, password: password, wanted: wanted) { [self] pages in
            for page in pages {
                if delivered.withLock({ $0.count }) == pagesMax {
                    stall.yield()
                    for await _ in gate { break }
                }
                delivered.withLock { $0.append(page.number) }
                try await deliver([page])
            }
        }
    }

    func picture(of path: String, page: Int, width: Int, password: String?) async throws -> [UInt8] {
        try await pool.picture(of: path, page: page, width: width, password: password)
    }
}
