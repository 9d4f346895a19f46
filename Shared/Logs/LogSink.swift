/// Where log entries go.
package protocol LogSink: Sendable {
    /// Takes an entry; must not block, for it is called from event loops.
    func write(_ entry: LogEntry)

    /// Returns when everything written before has reached its destination.
    func flush() async
}
