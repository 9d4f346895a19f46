import HTTPMessages
import HTTPServer
import JSONCoding
import Metrics

/// The routes that every service has: is the process up, are its dependencies, its metrics, its document.
enum HealthRoutes {
    static func add(
        to api: inout API, title: String, probe: ReadinessProbe, metrics: MetricRegistry,
        onDocument: (JSONValue) -> Void
    ) {
        let healthy = HTTPResponse.json(["status": "healthy"])
        for template in ["/health", "/api/v1/health"] {
            api.get(
                template, access: .open, summary: "The process is up",
                answers: [
                    .json(200, "It is up", .object([("status", .string(allowed: ["healthy"]))], required: ["status"]))
                ]
            ) { _ in healthy }
        }
        api.get(
            "/ready", access: .open, summary: "The dependencies are up, each named with its state",
            answers: [.json(200, "Ready to serve", readiness), .json(503, "Something is down", readiness)]
        ) { _ in
            let result = await probe.result()
            var checks = JSONObject()
            for (name, state) in result.states { checks[name] = ["state": .string(state)] }
            var response = HTTPResponse.json(
                ["status": .string(result.isReady ? "ready" : "not_ready"), "checks": .object(checks)],
                status: result.isReady ? .ok : .serviceUnavailable)
            response.fields.append(.cacheControl, "no-store")
            if !result.isReady { response.fields.append(.retryAfter, "2") }
            return response
        }
        api.get(
            "/metrics", access: .open, summary: "Metrics in Prometheus' text format",
            answers: [.other(200, "All metrics", contentType: "text/plain")]
        ) { _ in
            .bytes(metrics.exposition(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
        onDocument(addDocument(to: &api, title: title))
    }

    private static func addDocument(to api: inout API, title: String) -> JSONValue {
        let answers = [Operation.Answer.json(200, "An OpenAPI 3.1 document")]
        // Its own route belongs into the document, too.
        var complete = api
        complete.get("/openapi.json", access: .open, summary: "This document", answers: answers) { _ in .empty(.ok) }
        let document = OpenAPIDocument.make(title: title, routes: complete.routes)
        let bytes = document.serialized()
        api.get("/openapi.json", access: .open, summary: "This document", answers: answers) { _ in
            .bytes(bytes, contentType: "application/json")
        }
        return document
    }

    private static let readiness = JSONSchema.object(
        [("status", .string(allowed: ["ready", "not_ready"])), ("checks", .object([]))], required: ["status", "checks"])
}
