internal import Glibc
package import Logs
import Platform
package import ReaderProtocol

/// Reads documents in worker processes, so that a hostile file can hurt nothing but its own reading.
///
/// Each document gets processes of its own, which are gone when its reading ends: nothing of one user's file is left in
/// memory when the next one's is read. Pages are read in parallel. A process that crashes, goes over its memory or
/// takes too long costs the page it was at one more try, alone in a fresh process; if that fails too, the document fails
/// with a message that names the page.
package final class ReaderPool: Sendable {
    /// The widest picture of a page that is drawn.
    package static let pictureWidthMax = 4_000

    private let executable: String
    private let configuration: ReaderConfiguration
    private let workerCount: Int
    private let slots: WorkerSlots
    /// Pictures are small work that somebody is waiting for: they do not queue behind whole documents.
    private let pictureSlots: WorkerSlots
    private let logger: Logger
    private let registry = ReaderProcessRegistry()
    /// How long a worker goes on with a run before it gives the rest back.
    private let slice = Duration.milliseconds(25)

    /// - Parameters:
    ///   - executable: The path of `lectern-reader`; by default the one beside the running program.
    ///   - workerCount: How many pages are read at a time over all documents; 0 for one per core.
    package init(
        executable: String? = nil, configuration: ReaderConfiguration = ReaderConfiguration(), workerCount: Int = 0,
        logger: Logger
    ) {
        self.executable = executable ?? Self.executableBeside
        self.configuration = configuration
        self.workerCount = workerCount > 0 ? workerCount : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        slots = WorkerSlots(count: self.workerCount)
        pictureSlots = WorkerSlots(count: max(1, self.workerCount / 2))
        self.logger = logger
    }

    /// The processes that are there now, for watching how much memory they take.
    package var processIDs: [Int32] { registry.processIDs }

    /// Reads the pages of a document.
    ///
    /// - Parameters:
    ///   - path: The file; opened once, before anything else.
    ///   - wanted: Told how many pages there are, names those to read (all that are not done yet); each is read once.
    ///   - deliver: Gets finished pages, several at a time when they come quickly, in no particular order and from
    ///     several tasks at once. A worker does not go on before it returns; what it throws ends the reading.
    /// - Returns: What the document says about itself, after the last page was delivered.
    /// - Throws: ``ReaderFailure``; `CancellationError`; what `wanted` and `deliver` throw. No process is left behind.
    @discardableResult
    package func read(
        _ path: String, password: String? = nil,
        wanted: @Sendable (DocumentInfo) async throws -> [Int] = { Array(1...$0.pageCount) },
        deliver: @escaping @Sendable ([PageReading]) async throws -> Void
    ) async throws -> DocumentInfo {
        let document = try open(path)
        let first = worker(for: document, password: password)
        return try await cancellable(first) {
            let info = try await slots.withSlot { try await first.start() }
            let pages = try await wanted(info).filter { (1...info.pageCount).contains($0) }
            let queue = Lock(PageQueue(pages: pages, workerCount: workerCount))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<min(workerCount, max(1, pages.count / 2)) {
                    let worker = index == 0 ? first : worker(for: document, password: password)
                    group.addTask {
                        try await self.cancellable(worker) {
                            try await self.work(worker, isStarted: index == 0, on: queue, deliver: deliver)
                        }
                    }
                }
                try await group.waitForAll()
            }
            return info
        }
    }

    /// Opens a document without reading pages: whether it can be read at all, and how many pages it has.
    ///
    /// - Throws: ``ReaderFailure``, `CancellationError`.
    package func inspect(_ path: String, password: String? = nil) async throws -> DocumentInfo {
        let worker = worker(for: try open(path), password: password)
        return try await cancellable(worker) { try await pictureSlots.withSlot { try await worker.start() } }
    }

    /// Draws a page as a PNG file of that width in pixels, between 1 and ``pictureWidthMax``.
    ///
    /// - Throws: ``ReaderFailure``, `CancellationError`.
    package func picture(of path: String, page: Int, width: Int, password: String? = nil) async throws -> [UInt8] {
        let worker = worker(for: try open(path), password: password)
        let width = min(max(width, 1), Self.pictureWidthMax)
        return try await cancellable(worker) {
            try await pictureSlots.withSlot {
                _ = try await worker.start()
                do {
                    return try await worker.picture(page: page, width: width)
                } catch let death as ReaderWorker.Death {
                    throw Self.failure(of: page, death)
                }
            }
        }
    }

    /// Reads runs from the queue until it is empty.
    private func work(
        _ worker: ReaderWorker, isStarted: Bool, on queue: Lock<PageQueue>,
        deliver: @Sendable ([PageReading]) async throws -> Void
    ) async throws {
        var isStarted = isStarted
        while let run = queue.withLock({ $0.next() }) {
            try Task.checkCancellation()
            do {
                let needsStart = !isStarted
                let result = try await slots.withSlot {
                    if needsStart { _ = try await worker.start() }
                    return try await worker.read(run, slice: slice)
                }
                isStarted = true
                queue.withLock { $0.finish(run, reached: result.next) }
                try await deliver(result.pages)
            } catch let death as ReaderWorker.Death {
                try Task.checkCancellation()
                logger.warning(
                    "reader process lost",
                    [
                        ("reader.pages", "\(run.lowerBound)-\(run.upperBound - 1)"),
                        ("reader.timed_out", "\(death.wasTimedOut)"),
                    ])
                for page in run { try await deliver([try await readAlone(page, worker)]) }
                isStarted = true
            }
        }
        await worker.stop()
    }

    /// The second try: one page in a fresh process.
    private func readAlone(_ page: Int, _ worker: ReaderWorker) async throws -> PageReading {
        try await slots.withSlot {
            do {
                _ = try await worker.start()
                guard let reading = try await worker.read(page..<page + 1, slice: slice).pages.first else {
                    throw ReaderWorker.Death(wasTimedOut: false)
                }
                return reading
            } catch let death as ReaderWorker.Death {
                try Task.checkCancellation()
                throw Self.failure(of: page, death)
            }
        }
    }

    private static func failure(of page: Int, _ death: ReaderWorker.Death) -> ReaderFailure {
        death.wasTimedOut
            ? ReaderFailure(.timedOut, "Page \(page) took too long to read.", page: page)
            : ReaderFailure(.crashed, "Page \(page) is damaged in a way the reader does not survive.", page: page)
    }

    private func worker(for document: DocumentFile, password: String?) -> ReaderWorker {
        ReaderWorker(
            executable: executable, document: document, password: password, configuration: configuration,
            registry: registry)
    }

    private func open(_ path: String) throws -> DocumentFile {
        do {
            return try DocumentFile(path: path)
        } catch {
            throw ReaderFailure(.unavailable, "The document's file could not be opened.")
        }
    }

    /// Runs `body`; a cancelled task takes its worker process with it at once. The process is gone afterwards.
    private func cancellable<Result: Sendable>(
        _ worker: ReaderWorker, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await withTaskCancellationHandler(operation: body, onCancel: { worker.kill() })
            await worker.stop()
            return result
        } catch {
            await worker.stop()
            try Task.checkCancellation()
            throw error
        }
    }

    private static var executableBeside: String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let program = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = program.lastIndex(of: "/").map { program[..<$0] } ?? "."
        return "\(folder)/lectern-reader"
    }
}
