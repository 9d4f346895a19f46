import JSONCoding
import Platform

/// The right to work on a job: who has it, and the fencing number that makes an outdated one worthless.
struct JobLease: Sendable, Hashable {
    let id: Identifier
    let kind: String
    let owner: String?
    /// Grows with every claim; a commit is accepted only under the present number.
    let fence: Int64
    let attempt: Int
    let interruptions: Int
}

/// A claimed job with what its handler needs.
struct ClaimedJob: Sendable {
    let lease: JobLease
    let payload: JSONValue
}
