import HTTPMessages
import HTTPServer
import JSONCoding

extension NotificationRefusal {
    /// What a client is told.
    var problem: Problem {
        switch self {
        case .invalid(let problems): .unprocessable(problems)
        case .keyReused:
            Problem(
                status: .unprocessableContent, code: "idempotency_mismatch",
                detail: "this idempotency_key was used with another order")
        }
    }
}

/// Turns refused orders into answers, for all routes at one place.
struct NotificationRefusalMiddleware: HTTPMiddleware {
    func respond(to request: HTTPRequest, route: Route?, next: HTTPHandler) async throws -> HTTPResponse {
        do {
            return try await next(request)
        } catch let refusal as NotificationRefusal {
            throw refusal.problem
        }
    }
}
