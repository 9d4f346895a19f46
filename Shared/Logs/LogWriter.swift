import Glibc
import Platform

/// The sink of a running program: entries are queued and written by a thread of its own, so that a slow disk or terminal
/// never holds up an event loop. The queue is bounded; what does not fit is dropped, counted, and reported in a line.
package final class LogWriter: LogSink {
    /// How many entries wait at most.
    package static let queueLengthMax = 10_000
    /// The size at which a log file is put aside, and how many old ones are kept.
    package static let fileBytesMax = 10 << 20
    package static let keptFiles = 5

    private struct Queue: Sendable {
        var entries: [LogEntry] = []
        var dropped = 0
        var isScheduled = false
    }

    private let queue = Lock(Queue())
    private let executor: BlockingExecutor
    private let outputs: Outputs

    /// - Parameters:
    ///   - json: JSON lines everywhere instead of the text forms.
    ///   - isConsoleOn: Whether lines go to standard error.
    ///   - filePath: A file for lines as well; its folder must exist.
    package init(
        json: Bool, isConsoleOn: Bool = true, filePath: String? = nil, fileBytesMax: Int = LogWriter.fileBytesMax
    ) {
        executor = BlockingExecutor(name: "logs")
        var list: [any LogOutput] = []
        if isConsoleOn { list.append(DescriptorOutput(descriptor: STDERR_FILENO, format: json ? .json : .console)) }
        if let filePath {
            list.append(
                RotatingFileOutput(
                    path: filePath, format: json ? .json : .file, bytesMax: fileBytesMax,
                    keptFiles: LogWriter.keptFiles))
        }
        outputs = Outputs(list)
    }

    package func write(_ entry: LogEntry) {
        let mustSchedule = queue.withLock { queue in
            if queue.entries.count >= LogWriter.queueLengthMax {
                queue.dropped += 1
            } else {
                queue.entries.append(entry)
            }
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if mustSchedule { executor.submit { [self] in writeQueued() } }
    }

    package func flush() async {
        await withCheckedContinuation { continuation in
            executor.submit { [self] in
                writeQueued()
                continuation.resume()
            }
        }
    }

    /// Runs `body` on the thread that writes; lines given meanwhile wait in the queue.
    package func onThread(_ body: @escaping @Sendable () -> Void) {
        executor.submit(body)
    }

    /// Runs on the executor's thread.
    private func writeQueued() {
        let (entries, dropped) = queue.withLock { queue in
            defer { queue = Queue() }
            return (queue.entries, queue.dropped)
        }
        guard !entries.isEmpty || dropped > 0 else { return }
        outputs.write(entries, dropped: dropped)
    }
}

/// The outputs of one writer.
private final class Outputs: @unchecked Sendable {
    // Safe to share: only the writer's one thread touches it.
    private let list: [any LogOutput]

    init(_ list: [any LogOutput]) {
        self.list = list
    }

    func write(_ entries: [LogEntry], dropped: Int) {
        for output in list {
            var bytes: [UInt8] = []
            for entry in entries { output.format.append(entry, to: &bytes) }
            if dropped > 0 {
                let notice = LogEntry(
                    time: SystemTime().wall, level: .warning, name: "logs", message: "log lines were dropped",
                    metadata: [(key: "count", value: String(dropped))])
                output.format.append(notice, to: &bytes)
            }
            output.write(bytes)
        }
    }
}
