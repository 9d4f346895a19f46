import HTTPMessages
package import HTTPServer
import JSONCoding

/// The routes of a service, each with what it promises. Built once at start, then handed to `ServiceApp`.
package struct API: Sendable {
    package private(set) var routes: [Route] = []

    /// The largest body of a route that does not say otherwise: 1 MiB.
    package static let bodyBytesMaxDefault = 1 << 20

    package init() {}

    package mutating func get(
        _ template: String, access: Access, summary: String, parameters: [Operation.Parameter] = [],
        answers: [Operation.Answer], handler: @escaping HTTPHandler
    ) {
        on(.get, template, access, summary, parameters, nil, answers, 0, false, handler)
    }

    /// - Parameter isIdempotent: Whether `Idempotency-Key` is honoured; for whatever creates or sends something. Not for
    ///   routes whose answers hold secrets, because answers are kept.
    package mutating func post(
        _ template: String, access: Access, summary: String, parameters: [Operation.Parameter] = [],
        body: Operation.Body? = nil, answers: [Operation.Answer], bodyBytesMax: Int = bodyBytesMaxDefault,
        isIdempotent: Bool = false, handler: @escaping HTTPHandler
    ) {
        var parameters = parameters
        if isIdempotent {
            parameters.append(
                Operation.Parameter(
                    name: "Idempotency-Key", place: .header, schema: .string(minLength: 1, maxLength: 255),
                    isRequired: false, description: "Makes a repetition harmless for 24 hours."))
        }
        on(.post, template, access, summary, parameters, body, answers, bodyBytesMax, isIdempotent, handler)
    }

    package mutating func put(
        _ template: String, access: Access, summary: String, parameters: [Operation.Parameter] = [],
        body: Operation.Body? = nil, answers: [Operation.Answer], bodyBytesMax: Int = bodyBytesMaxDefault,
        handler: @escaping HTTPHandler
    ) {
        on(.put, template, access, summary, parameters, body, answers, bodyBytesMax, false, handler)
    }

    package mutating func patch(
        _ template: String, access: Access, summary: String, body: Operation.Body? = nil, answers: [Operation.Answer],
        handler: @escaping HTTPHandler
    ) {
        on(.patch, template, access, summary, [], body, answers, API.bodyBytesMaxDefault, false, handler)
    }

    package mutating func delete(
        _ template: String, access: Access, summary: String, parameters: [Operation.Parameter] = [],
        answers: [Operation.Answer], handler: @escaping HTTPHandler
    ) {
        on(.delete, template, access, summary, parameters, nil, answers, API.bodyBytesMaxDefault, false, handler)
    }

    /// A route that is left out of the OpenAPI document, such as the gateway's forwarding of other services' paths.
    package mutating func unlisted(_ route: Route) {
        routes.append(route)
    }

    private mutating func on(
        _ method: HTTPMethod, _ template: String, _ access: Access, _ summary: String,
        _ parameters: [Operation.Parameter], _ body: Operation.Body?, _ answers: [Operation.Answer],
        _ bodyBytesMax: Int, _ isIdempotent: Bool, _ handler: @escaping HTTPHandler
    ) {
        let operation = Operation(
            summary: summary, access: access, parameters: parameters, body: body, answers: answers,
            bodyBytesMax: bodyBytesMax, isIdempotent: isIdempotent)
        routes.append(
            Route(method, template, bodyBytesMax: bodyBytesMax, info: operation, handler: handler))
    }
}
