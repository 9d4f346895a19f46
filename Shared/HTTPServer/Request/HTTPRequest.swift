package import HTTPMessages

/// Answers one request. Runs on the event loop of the connection, so it must not block; whatever does belongs on an actor
/// with a `BlockingExecutor`. Its task is cancelled when the client goes away. A thrown `Problem` becomes its answer,
/// anything else a logged, generic 500.
package typealias HTTPHandler = @Sendable (HTTPRequest) async throws -> HTTPResponse

/// One request as a handler sees it: the head is complete, the body may still be on its way.
package struct HTTPRequest: Sendable {
    package var head: HTTPRequestHead
    /// The named parts of the path, percent-decoded; empty before routing.
    package var parameters: PathParameters
    package let body: HTTPRequestBody
    package var context: RequestContext

    package init(
        head: HTTPRequestHead, parameters: PathParameters = PathParameters(), body: HTTPRequestBody = .empty,
        context: RequestContext
    ) {
        self.head = head
        self.parameters = parameters
        self.body = body
        self.context = context
    }

    package var method: HTTPMethod { head.method }
    /// The path as received, still percent-encoded.
    package var path: String { head.path }
    package var fields: HTTPFields { head.fields }
    /// The items after `?`, percent-decoded; parsed anew on every use.
    package var query: QueryItems { QueryItems(parsing: head.query ?? "") }
    /// Where a client that reconnects to an event stream left off; nil on a first connect.
    package var lastEventID: String? { head.fields.first(.lastEventID) }
}
