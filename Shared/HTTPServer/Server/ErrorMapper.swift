internal import HTTPMessages
internal import Logs

/// The one place where errors become answers.
struct ErrorMapper: Sendable {
    let logger: Logger

    /// A `Problem` is its own answer. Anything else is ours to find in the log by its request id, and no business of the
    /// client's.
    func response(to error: any Error, for request: HTTPRequest) -> HTTPResponse {
        if let problem = error as? Problem { return .problem(problem, for: request) }
        logger.error(
            "request failed",
            [
                ("request.id", request.context.requestID), ("http.route", request.context.routeTemplate ?? "none"),
                ("error.type", "\(type(of: error))"), ("error", "\(error)"),
            ])
        return .problem(.internalError(), for: request)
    }
}
