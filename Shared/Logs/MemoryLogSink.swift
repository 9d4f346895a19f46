import Platform

/// Keeps entries in memory, for tests that look at what was logged and for programs that should be silent.
package final class MemoryLogSink: LogSink {
    private let lines = Lock([LogEntry]())
    private let capacity: Int

    /// - Parameter capacity: How many entries are kept; later ones are forgotten.
    package init(capacity: Int = 10_000) {
        self.capacity = capacity
    }

    package var entries: [LogEntry] { lines.withLock { $0 } }

    package func write(_ entry: LogEntry) {
        lines.withLock { if $0.count < capacity { $0.append(entry) } }
    }

    package func flush() async {}
}
