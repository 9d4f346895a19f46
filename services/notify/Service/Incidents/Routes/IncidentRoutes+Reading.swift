import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import SQL
import ServiceKit
import Tokens

extension IncidentRoutes {
    func addReading(to api: inout API) {
        api.get(
            "/api/incidents", access: .machine(.read, or: .staff), summary: "Incidents, the newest first",
            parameters: Self.filters, answers: [.json(200, "Incidents", .array(of: IncidentSchemas.incident))],
            handler: answering { [desk] request in
                var (filter, page) = try Self.filter(of: request)
                filter.accountID = try request.incidentCaller.accountID
                filter.before = page.before
                filter.limit = page.fetchCount
                let incidents = try await desk.list(filter)
                return page.response(incidents, of: request, id: \.id) { .object($0.json) }
            })
        api.get(
            "/api/incidents/{id}", access: .machine(.read, or: .staff),
            summary: "An incident with its notifications and its history",
            answers: [.json(200, "The incident", IncidentSchemas.dossier), .problem(404, "Unknown, or not yours")],
            handler: answering { [desk] request in
                .json(try await desk.dossier(try request.identifier(), for: try request.incidentCaller).json)
            })
        api.get(
            "/api/stats", access: .machine(.read, or: .staff), summary: "Incidents and deliveries in figures",
            parameters: [
                .query(
                    "days", .integer(min: 1, max: Int64(IncidentFigures.daysMax)),
                    "Only incidents of the last so many days; without it all, and 30 days one by one")
            ], answers: [.json(200, "Figures", IncidentSchemas.figures)], handler: answering(figures))
    }

    private func figures(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try request.incidentCaller
        var days: Int?
        if let text = request.query.first("days") {
            guard let number = Int(text), (1...IncidentFigures.daysMax).contains(number) else {
                throw InvalidFields(problems: [
                    FieldProblem(field: "days", message: "must be a number from 1 to \(IncidentFigures.daysMax)")
                ])
            }
            days = number
        }
        let now = desk.time.wall
        let since = days.map { now - .seconds(86_400 * $0) }
        let daysSince = since ?? now - .seconds(86_400 * IncidentFigures.daysDefault)
        let figures = try await desk.database.read { connection in
            try IncidentFigures(since: since, daysSince: daysSince, accountID: caller.accountID, in: connection)
        }
        return .json(figures.json)
    }

    private static let filters: [Operation.Parameter] = [
        .query("status", IncidentSchemas.status), .query("classification", IncidentSchemas.category),
        .query("channel", IncidentSchemas.channel), .query("customer_id", .string()),
        .query("needs_review", .boolean, "Those that a person should look at, or the others"),
        .query("limit", .integer(min: 1, max: Int64(PageRequest.limitMax)), "How many at most; 50 when not given"),
        .query("cursor", .string(), "From the `Link` header of the page before"),
    ]

    /// - Throws: problem 422 naming every bad parameter.
    private static func filter(of request: HTTPRequest) throws -> (IncidentFilter, PageRequest) {
        var query = try ListQuery(request)
        var filter = IncidentFilter(limit: 0)
        filter.status = query.choice("status")
        filter.category = query.choice("classification")
        filter.channel = query.choice("channel")
        filter.customerID = request.query.first("customer_id")
        filter.needsReview = query.flag("needs_review")
        return (filter, try query.finish())
    }
}

extension IncidentDesk.Dossier {
    var json: JSONValue {
        var object = incident.json
        object["notifications"] = .array(notifications.map(\.json))
        object["history"] = .array(events.map(\.json))
        return .object(object)
    }
}
