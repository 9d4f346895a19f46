import HTTPMessages
import HTTPServer

extension LibraryError {
    /// What a client is told.
    var problem: Problem {
        switch self {
        case .notFound: .notFound()
        case .subjectNotFound: .notFound("There is no such subject.", code: "subject_not_found")
        case .busy: .conflict(code: "lecture_busy", "A task is at work on this lecture.")
        case .notRead: .conflict(code: "lecture_not_read", "This lecture has not been read completely.")
        }
    }
}

/// Turns the library's errors into answers, for all routes at one place.
struct LibraryErrorMiddleware: HTTPMiddleware {
    func respond(to request: HTTPRequest, route: Route?, next: HTTPHandler) async throws -> HTTPResponse {
        do {
            return try await next(request)
        } catch let error as LibraryError {
            throw error.problem
        }
    }
}
