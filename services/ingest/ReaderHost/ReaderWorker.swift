import Platform
import ReaderProtocol

/// A worker process and the thread that waits for it.
///
/// The process is started by that thread and dies with it (the child asks for SIGKILL when its parent thread ends), so
/// no worker outlives the service, however that ends.
actor ReaderWorker {
    /// What came of a `read` request.
    struct RunResult: Sendable {
        var pages: [PageReading]
        /// The first page that was not reached within the time slice.
        var next: Int
    }

    /// The worker died, or was killed because its time was over, while it was busy with a request.
    struct Death: Error {
        var wasTimedOut: Bool
    }

    private let executor = BlockingExecutor(name: "reader")
    private let executable: String
    private let document: DocumentFile
    private let password: String?
    private let configuration: ReaderConfiguration
    private let registry: ReaderProcessRegistry
    private var process: ReaderProcess?
    /// The same process for whoever has to stop it from another thread.
    private let running = Lock<(handle: ReaderProcessHandle?, isStopped: Bool)>((nil, false))

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        executable: String, document: DocumentFile, password: String?, configuration: ReaderConfiguration,
        registry: ReaderProcessRegistry
    ) {
        self.executable = executable
        self.document = document
        self.password = password
        self.configuration = configuration
        self.registry = registry
    }

    /// Starts a process, in place of the one that may be there, and opens the document in it.
    ///
    /// - Throws: ``ReaderFailure``.
    func start() throws -> DocumentInfo {
        stop()
        do {
            let started = try ReaderProcess(executable: executable, document: document.descriptor, registry: registry)
            let handle = started.handle
            process = consume started
            let isStopped = running.withLock { running in
                running.handle = handle
                return running.isStopped
            }
            if isStopped { stop() }
        } catch {
            throw ReaderFailure(.unavailable, "The document reader could not be started.")
        }
        do {
            switch try exchange(.open(configuration, password: password), within: configuration.limits.openTimeout) {
            case .opened(let info) where (1...configuration.limits.pagesMax).contains(info.pageCount): return info
            case .failed(let failure): throw failure
            case .opened, .page, .picture, .done: throw Death(wasTimedOut: false)
            }
        } catch let death as Death {
            throw death.wasTimedOut
                ? ReaderFailure(.timedOut, "The document took too long to open.")
                : ReaderFailure(
                    .crashed, "The document could not be opened: it is damaged in a way the reader does not survive.")
        }
    }

    /// Reads a run of pages.
    ///
    /// - Throws: ``Death`` when the process ended on the way; ``ReaderFailure`` for a page that cannot be read.
    func read(_ run: Range<Int>, slice: Duration) throws -> RunResult {
        var result = RunResult(pages: [], next: run.lowerBound)
        var failure: ReaderFailure?
        try send(.read(pages: run, slice: slice))
        while true {
            switch try receive(within: configuration.limits.pageTimeout + slice) {
            case .page(let page) where page.number == result.next && run.contains(page.number):
                result.pages.append(page)
                result.next += 1
            case .failed(let answer):
                failure = failure ?? answer
                result.next += 1
            case .done(let next) where next == result.next && next > run.lowerBound:
                if let failure { throw failure }
                return result
            default:
                stop()
                throw Death(wasTimedOut: false)
            }
        }
    }

    /// Draws a page as PNG. Throws as `read` does.
    func picture(page: Int, width: Int) throws -> [UInt8] {
        switch try exchange(.draw(page: page, width: width), within: configuration.limits.pageTimeout) {
        case .picture(let bytes): return bytes
        case .failed(let failure): throw failure
        case .opened, .page, .done:
            stop()
            throw Death(wasTimedOut: false)
        }
    }

    /// Ends the process for good, from any thread and without waiting; a call in progress fails.
    nonisolated func kill() {
        let handle = running.withLock { running in
            running.isStopped = true
            return running.handle
        }
        handle?.kill()
    }

    /// Ends the process and collects it.
    func stop() {
        running.withLock { $0.handle = nil }
        process = nil
    }

    private func exchange(_ request: ReaderRequest, within timeout: Duration) throws -> ReaderFrame {
        try send(request)
        return try receive(within: timeout)
    }

    private func send(_ request: ReaderRequest) throws {
        do {
            guard process != nil else { throw ReaderProcess.Ended() }
            try process?.send(request)
        } catch {
            stop()
            throw Death(wasTimedOut: false)
        }
    }

    private func receive(within timeout: Duration) throws -> ReaderFrame {
        do {
            guard let frame = try process?.receive(until: .now + timeout) else { throw ReaderProcess.Ended() }
            return frame
        } catch {
            stop()
            throw Death(wasTimedOut: (error as? ReaderProcess.Ended)?.wasTimedOut ?? false)
        }
    }
}

/// The open document, shared by the workers that read it.
final class DocumentFile: Sendable {
    let descriptor: FileDescriptor

    /// Opens the file; open(2). Throws `SystemError`.
    init(path: String) throws(SystemError) {
        descriptor = try FileDescriptor.openForReading(path: path)
    }
}
