internal import Glibc
import PDFText
import ReaderProtocol
import Sandbox

/// The life of a worker: enters the sandbox, opens the document, answers requests until the parent closes its end.
package struct ReaderLoop: ~Copyable {
    private var stream = FrameStream()
    /// Answers wait that long for others, so that pages of plain text are not sent one by one.
    private static let flushInterval = Duration.milliseconds(5)

    package init() {}

    /// Runs to the end and returns the exit status of the process.
    package consuming func run() -> Int32 {
        guard case .open(let configuration, let password) = try? stream.next() else { return EXIT_FAILURE }
        do {
            try Self.enterSandbox(configuration)
        } catch {
            answer(.failed(ReaderFailure(.unavailable, "The document reader could not be confined.")))
            return EXIT_FAILURE
        }
        let seconds = Int(configuration.limits.openTimeout / .seconds(1))
        Sandbox.allowProcessorTime(seconds: seconds + 1)
        do throws(ReaderFailure) {
            var session = try DocumentSession(
                descriptor: ReaderRequest.documentDescriptor, password: password, configuration: configuration)
            answer(.opened(session.info()))
            while let request = try? stream.next() { serve(request, &session) }
        } catch {
            answer(.failed(error))
        }
        return EXIT_SUCCESS
    }

    /// Sets the limits of the configuration for this process and lets it read fonts, character maps and language files
    /// only. Throws `SystemError`.
    ///
    /// - Returns: Whether the kernel confines reading, too.
    @discardableResult
    static func enterSandbox(_ configuration: ReaderConfiguration) throws -> Bool {
        var policy = SandboxPolicy(
            memoryBytes: configuration.limits.memoryBytes,
            readableFolders: ["/usr/share", "/usr/local/share/fonts", "/etc/fonts", "/var/cache/fontconfig"])
        if let folder = configuration.languageFolder ?? getenv("TESSDATA_PREFIX").map({ String(cString: $0) }) {
            policy.readableFolders.append(folder)
        }
        policy.keptDescriptors = ReaderRequest.documentDescriptor + 1
        return try Sandbox.enter(policy)
    }

    private mutating func serve(_ request: ReaderRequest, _ session: inout DocumentSession) {
        let seconds = Int(session.configuration.limits.pageTimeout / .seconds(1)) + 1
        switch request {
        case .open:
            answer(.failed(ReaderFailure(.unavailable, "The document is open already.")))
        case .draw(let page, let width):
            Sandbox.allowProcessorTime(seconds: seconds)
            do throws(ReaderFailure) {
                answer(.picture(try session.picture(ofPage: page, width: width)))
            } catch {
                answer(.failed(error))
            }
        case .read(let pages, let slice):
            read(pages, slice: slice, secondsPerPage: seconds, &session)
        }
    }

    private mutating func read(
        _ pages: Range<Int>, slice: Duration, secondsPerPage: Int, _ session: inout DocumentSession
    ) {
        let start = ContinuousClock.now
        var lastFlush = start
        var next = pages.lowerBound
        while next < pages.upperBound {
            Sandbox.allowProcessorTime(seconds: secondsPerPage)
            do throws(ReaderFailure) {
                stream.append(.page(try session.read(page: next)))
            } catch {
                stream.append(.failed(error))
            }
            next += 1
            let now = ContinuousClock.now
            if now - start >= slice { break }
            if now - lastFlush >= Self.flushInterval {
                stream.flush()
                lastFlush = now
            }
        }
        session.document.releaseFilePages()
        answer(.done(next: next))
    }

    private mutating func answer(_ frame: ReaderFrame) {
        stream.append(frame)
        stream.flush()
    }
}
