package import Platform

/// Writes log entries above a level to a sink, with a name and metadata of its own. A value: `with` makes a copy that
/// carries more metadata, for instance the id of the request it is about.
///
/// A level that is switched off costs one comparison: neither message nor metadata are built. Never pass secrets, and
/// no message bodies or personal data above DEBUG.
package struct Logger: Sendable {
    package typealias Metadata = [(String, String)]

    package var name: String
    package var level: LogLevel
    private let sink: any LogSink
    private let time: any TimeSource
    private var context: [(key: String, value: String)] = []

    package init(
        name: String, sink: any LogSink, level: LogLevel = .info, time: any TimeSource = SystemTime()
    ) {
        self.name = name
        self.sink = sink
        self.level = level
        self.time = time
    }

    /// A copy whose entries carry `key`, too.
    package func with(_ key: String, _ value: String) -> Logger {
        var copy = self
        copy.context.removeAll { $0.key == key }
        copy.context.append((key: key, value: value))
        return copy
    }

    /// A copy for a part of the program: its name is added after a dot.
    package func named(_ part: String) -> Logger {
        var copy = self
        copy.name = "\(name).\(part)"
        return copy
    }

    package func debug(_ message: @autoclosure () -> String, _ metadata: @autoclosure () -> Metadata = []) {
        log(.debug, message(), metadata())
    }

    package func info(_ message: @autoclosure () -> String, _ metadata: @autoclosure () -> Metadata = []) {
        log(.info, message(), metadata())
    }

    package func warning(_ message: @autoclosure () -> String, _ metadata: @autoclosure () -> Metadata = []) {
        log(.warning, message(), metadata())
    }

    package func error(_ message: @autoclosure () -> String, _ metadata: @autoclosure () -> Metadata = []) {
        log(.error, message(), metadata())
    }

    /// Writes an entry of `level`, if that is switched on.
    package func log(
        _ level: LogLevel, _ message: @autoclosure () -> String, _ metadata: @autoclosure () -> Metadata = []
    ) {
        guard level >= self.level else { return }
        let all = context + metadata().map { (key: $0.0, value: $0.1) }
        sink.write(LogEntry(time: time.wall, level: level, name: name, message: message(), metadata: all))
    }
}
