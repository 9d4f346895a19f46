/// How a SQLite database is opened. The defaults suit a service's own database.
package struct SQLiteOptions: Sendable {
    /// Connections for reading, each with a thread of its own.
    package var readers = 3
    /// Reads that may wait for a reader; more throw `.busy`.
    package var waitingReadsMax = 4096
    /// Writes that may wait for the writer; more throw `.busy`.
    package var waitingWritesMax = 16384
    /// How many writes share one commit.
    package var batchWritesMax = 256
    /// After this time in one transaction no further write joins it.
    package var batchDurationMax: Duration = .milliseconds(20)
    /// How long to wait for another process's lock.
    package var busyTimeout: Duration = .seconds(5)
    /// Prepared statements kept by each connection.
    package var statementsMax = 128
    /// How much of the file each connection keeps in memory; SQLite's own default, 2 MB, is only filled by large documents
    /// that are read once. The system's page cache holds the rest.
    package var cacheBytes = 512 << 10
    /// Size to which the write-ahead log is cut back after a checkpoint.
    package var walBytesMax = 64 << 20

    package init() {}
}
