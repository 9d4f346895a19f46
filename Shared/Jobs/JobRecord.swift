package import JSONCoding
package import Platform
import SQL

/// Where a job is in its life: `queued → running → completed | failed | cancelled`; back to `queued` for another attempt.
package enum JobState: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLDecodable {
    case queued
    case running
    case completed
    case failed
    case cancelled

    /// Whether nothing will happen to it any more.
    package var isFinished: Bool { self != .queued && self != .running }
}

/// A job as the database has it.
package struct JobRecord: Sendable, Hashable {
    package let id: Identifier
    package let kind: String
    package let owner: String?
    package let payload: JSONValue
    package let state: JobState
    /// Counts every change of state or progress; the number of an event in a stream.
    package let revision: Int64
    package let progress: JSONValue?
    /// Why it failed, or why its last attempt did; for people.
    package let error: String?
    /// Begun so far, without those that were put back or whose process died.
    package let attempts: Int
    /// The failed job that this one repeats.
    package let retryOf: Identifier?
    package let createdAt: Timestamp
    package let startedAt: Timestamp?
    package let finishedAt: Timestamp?
}

/// A change of a job, handed to listeners in this process once it is durable.
package struct JobEvent: Sendable, Hashable {
    package let id: Identifier
    package let kind: String
    package let owner: String?
    package let state: JobState
    package let revision: Int64
    package let progress: JSONValue?
    package let error: String?
}

extension JobRecord {
    static let columns: SQLQuery = """
        id, kind, owner, payload, state, revision, progress, error, attempts, retry_of, created_at, started_at, finished_at
        """

    init(row: SQLRow) throws {
        id = try row.get("id")
        kind = try row.get("kind")
        owner = try row.get("owner")
        payload = try JSONValue(parsing: row.get("payload", as: String.self))
        state = try row.get("state")
        revision = try row.get("revision")
        progress = try row.get("progress", as: String?.self).map { try JSONValue(parsing: $0) }
        error = try row.get("error")
        attempts = try row.get("attempts")
        retryOf = try row.get("retry_of")
        createdAt = try row.get("created_at")
        startedAt = try row.get("started_at")
        finishedAt = try row.get("finished_at")
    }
}

extension JSONValue {
    /// The value as text for a column.
    var text: String { String(decoding: serialized(), as: UTF8.self) }
}
