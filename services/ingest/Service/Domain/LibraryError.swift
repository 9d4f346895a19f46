/// Why a request to the library cannot be met. What a client is told is decided in one place, `LibraryError+Problem.swift`.
enum LibraryError: Error, Sendable, Hashable {
    /// Unknown, or another user's: nobody is told which.
    case notFound
    /// The subject named in a request is unknown, or another user's.
    case subjectNotFound
    /// A task is at work on the lecture.
    case busy
    /// The lecture has not been read yet, so there is nothing to work with.
    case notRead
}
