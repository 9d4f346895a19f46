package import HTTPMessages

/// What answers one method of one path template.
package struct Route: Sendable {
    /// nil answers every method (a gateway passes them all on).
    package let method: HTTPMethod?
    /// Such as `/lectures/{id}/pages/{n}`; a last part `{rest...}` stands for all that follows, which
    /// may be empty, and keeps its percent-encoding.
    package let template: String
    /// A longer request body is refused with 413 before or while it is read.
    package var bodyBytesMax: Int
    /// Whatever the layer above wants to find again in its middleware, such as who may call.
    package var info: (any Sendable)?
    package let handler: HTTPHandler

    package init(
        _ method: HTTPMethod?, _ template: String, bodyBytesMax: Int = 1_048_576, info: (any Sendable)? = nil,
        handler: @escaping HTTPHandler
    ) {
        self.method = method
        self.template = template
        self.bodyBytesMax = bodyBytesMax
        self.info = info
        self.handler = handler
    }
}

/// Something that happens around every handler: checks, limits, added fields.
package protocol HTTPMiddleware: Sendable {
    /// Answers itself or calls `next` once. `route` is nil when no route matched, and `next` then throws the `Problem` for
    /// that. Runs on the connection's loop.
    func respond(to request: HTTPRequest, route: Route?, next: HTTPHandler) async throws -> HTTPResponse
}
