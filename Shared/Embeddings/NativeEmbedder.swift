internal import Lifecycle
package import Logs
package import Platform

/// The built-in embedder: all-MiniLM-L6-v2, run here over OpenBLAS on threads of its own.
///
/// Nothing is read and no thread is started before the first text comes; after ``Options/idleTime`` without one, all of
/// it is released again (by ``run()``). Calls may come from anywhere; none blocks the caller's thread.
package final class NativeEmbedder: Embedder, Service {
    package struct Options: Sendable {
        /// How many threads embed.
        package var threads = 2
        /// How long the model stays loaded without work.
        package var idleTime = Duration.seconds(300)

        package init() {}
    }

    package let modelName = "all-MiniLM-L6-v2"
    package let dimension = MiniLMWeights.width
    package let serviceName = "embedder"

    private let modelFolder: String
    private let options: Options
    private let logger: Logger?
    private let time: any TimeSource
    private let state: Lock<State>
    private let loads: AsyncStream<Void>
    private let stops: AsyncStream<Void>
    private let loaded: AsyncStream<Void>.Continuation
    private let stopped: AsyncStream<Void>.Continuation

    private struct State {
        var crew: EncoderCrew?
        var calls = 0
        var lastUsed: MonotonicInstant
        var isClosed = false
    }

    /// An embedder for the model whose `model.safetensors` and `vocab.txt` are in a folder.
    package init(
        modelFolder: String, options: Options = Options(), logger: Logger? = nil, time: any TimeSource = SystemTime()
    ) {
        self.modelFolder = modelFolder
        self.options = options
        self.logger = logger
        self.time = time
        state = Lock(State(lastUsed: time.monotonic))
        (loads, loaded) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (stops, stopped) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// An embedder with so many threads.
    package convenience init(modelFolder: String, threads: Int) {
        var options = Options()
        options.threads = threads
        self.init(modelFolder: modelFolder, options: options)
    }

    /// Sets the variables of the environment that OpenBLAS reads when it is loaded. Call it at the beginning of `main`,
    /// before there are threads; without it they are set when the first text comes.
    package static func prepareProcess() {
        MatrixLibrary.prepareEnvironment()
    }

    /// The name of the code that OpenBLAS has chosen for this processor; loads the library.
    /// - Throws: ``EmbeddingError`` with code `libraryUnavailable`.
    package static func coreName() throws(EmbeddingError) -> String {
        try MatrixLibrary.shared().coreName
    }

    /// Whether threads and model are there now.
    package var isLoaded: Bool { state.withLock { $0.crew != nil } }

    // MARK: Embedding

    package func embed(_ texts: [String]) async throws -> [[Float]] {
        try await embed(texts, urgency: .material)
    }

    /// A question waits for the batches that are running, less than a tenth of a second each, not for the material that
    /// waits; see ``WorkerLine``.
    package func embed(_ texts: [String], urgency: EmbeddingUrgency) async throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        let crew = try beginCall()
        defer { endCall() }
        let slices = Self.slices(of: texts)
        let next = Lock(0)
        let vectors = try await withThrowingTaskGroup(of: [(slice: Int, vectors: [[Float]])].self) { group in
            for _ in 0..<min(crew.count, slices.count) {
                group.addTask {
                    var done: [(slice: Int, vectors: [[Float]])] = []
                    while let index = Self.take(next, below: slices.count) {
                        var work = EncodingWork(texts[slices[index]])
                        while !work.isDone {
                            work = try await crew.withWorker(urgency) { [work] in try await $0.advance(work) }
                        }
                        done.append((index, work.vectors))
                    }
                    return done
                }
            }
            var all = [[[Float]]](repeating: [], count: slices.count)
            for try await part in group {
                for (slice, vectors) in part { all[slice] = vectors }
            }
            return all
        }
        return vectors.flatMap(\.self)
    }

    private static func take(_ next: Lock<Int>, below count: Int) -> Int? {
        next.withLock { next in
            guard next < count else { return nil }
            defer { next += 1 }
            return next
        }
    }

    /// Runs of texts that make about one batch each, by their length in bytes.
    private static func slices(of texts: [String]) -> [Range<Int>] {
        // English has about 4.5 bytes to a word piece.
        let bytesMax = MiniLMEncoder.batchPiecesMax * 4
        var slices: [Range<Int>] = []
        var start = 0
        var bytes = 0
        for (index, text) in texts.enumerated() {
            let count = text.utf8.count + 8
            if index > start, bytes + count > bytesMax {
                slices.append(start..<index)
                start = index
                bytes = 0
            }
            bytes += count
        }
        slices.append(start..<texts.count)
        return slices
    }

    private func beginCall() throws -> EncoderCrew {
        let (crew, isNew) = try state.withLock { state in
            guard !state.isClosed else { throw EmbeddingError(.closed, "the embedder was shut down") }
            state.calls += 1
            if let crew = state.crew { return (crew, false) }
            let source = ModelSource(folder: modelFolder, logger: logger)
            let crew = EncoderCrew(
                workers: (0..<max(1, options.threads)).map { EncoderWorker(number: $0, source: source) })
            state.crew = crew
            return (crew, true)
        }
        if isNew { loaded.yield() }
        return crew
    }

    private func endCall() {
        let now = time.monotonic
        state.withLock { state in
            state.calls -= 1
            state.lastUsed = now
        }
    }

    // MARK: Life

    /// Releases the model whenever it was idle for long enough; returns after ``shutdown()`` or when cancelled.
    package func run() async throws {
        await withTaskGroup { group in
            group.addTask { [self] in
                for await _ in loads {
                    while let deadline = releaseIfIdle() {
                        do { try await time.sleep(until: deadline) } catch { return }
                    }
                }
            }
            group.addTask { [stops] in for await _ in stops {} }
            await group.next()
            group.cancelAll()
        }
    }

    /// Refuses new texts and releases the model when the calls that are running have ended.
    package func shutdown() async {
        state.withLock { state in
            state.isClosed = true
            state.crew = nil
        }
        loaded.finish()
        stopped.finish()
    }

    /// Releases the workers if it is time.
    /// - Returns: when to look again, or `nil` when nothing is loaded.
    private func releaseIfIdle() -> MonotonicInstant? {
        let now = time.monotonic
        return state.withLock { state -> MonotonicInstant? in
            guard state.crew != nil else { return nil }
            guard state.calls == 0 else { return now + options.idleTime }
            let deadline = state.lastUsed + options.idleTime
            guard deadline <= now else { return deadline }
            state.crew = nil
            return nil
        }
    }
}
