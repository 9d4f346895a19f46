package import Platform

/// One thing that happened, before it has a form.
package struct LogEntry: Sendable {
    package var time: Timestamp
    package var level: LogLevel
    /// The part of the program that says it, such as `ingest.jobs`.
    package var name: String
    /// A constant text; what varies stands in the metadata.
    package var message: String
    /// Keys are dotted words such as `job.id`, in the order in which they are shown.
    package var metadata: [(key: String, value: String)]

    package init(
        time: Timestamp, level: LogLevel, name: String, message: String, metadata: [(key: String, value: String)]
    ) {
        self.time = time
        self.level = level
        self.name = name
        self.message = message
        self.metadata = metadata
    }
}
