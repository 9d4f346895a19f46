internal import HTTPMessages
internal import Platform

/// How talking to an upstream server failed.
enum UpstreamError: Error {
    /// It could not be reached.
    case unreachable(SystemError)
    /// It could not be reached in time.
    case connectTimedOut
    /// The connection ended before a byte of the response had come. On a connection that was used before, that mostly means
    /// that it had been closed in the meantime.
    case closedBeforeResponse
    /// The connection ended in the middle of the response.
    case closedInResponse
    /// Nothing came for too long.
    case timedOut
    /// What came is no response.
    case malformed(HTTPParseFailure)

    /// The answer the client gets.
    var problem: Problem {
        switch self {
        case .timedOut:
            Problem(status: .gatewayTimeout, code: "upstream_timeout", detail: "The service did not answer in time.")
        case .unreachable, .connectTimedOut:
            Problem(status: .badGateway, code: "upstream_unreachable", detail: "The service cannot be reached.")
        case .closedBeforeResponse, .closedInResponse, .malformed:
            Problem(status: .badGateway, code: "upstream_failed", detail: "The service broke off its answer.")
        }
    }
}
