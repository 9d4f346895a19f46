import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import SQL
import ServiceKit
import Tokens

/// `/api/incidents` and `/api/stats`.
struct IncidentRoutes: Sendable {
    let desk: IncidentDesk
    let metrics: IncidentMetrics

    /// A report at its limits has about 20 KB, 30 when every letter is escaped.
    static let bodyBytesMax = 64 << 10

    func add(to api: inout API) {
        api.post(
            "/api/incidents", access: .machine(.incidentsWrite, or: .staff), summary: "Report an incident",
            body: .json(IncidentSchemas.report),
            answers: [.json(201, "The incident, new or joined", IncidentSchemas.receipt)],
            bodyBytesMax: Self.bodyBytesMax, isIdempotent: true, handler: answering(report))
        addReading(to: &api)
        api.patch(
            "/api/incidents/{id}", access: .machine(.incidentsWrite, or: .staff),
            summary: "Change the status or the category of an incident, or add a note",
            body: .json(IncidentSchemas.change),
            answers: [
                .json(200, "The incident", IncidentSchemas.dossier), .problem(404, "Unknown, or not yours"),
                .problem(409, "The status cannot follow the present one"),
            ], handler: answering(change))
    }

    private func report(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try request.incidentCaller
        let json = try await request.json(.object([]), bytesMax: Self.bodyBytesMax)
        let report = try IncidentReport(json: json, region: desk.settings.phoneRegion)
        let outcome = try await desk.take(report, from: caller)
        metrics.count(outcome)
        var response = HTTPResponse.json(outcome.json, status: .created)
        response.fields.set(.location, "/api/incidents/\(outcome.incident.id)")
        return response
    }

    private func change(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.identifier()
        let caller = try request.incidentCaller
        let json = try await request.json(IncidentSchemas.change)
        var change = IncidentDesk.Change()
        change.status = json["status"]?.string.flatMap { IncidentStatus(rawValue: $0) }
        change.category = json["classification"]?.string.flatMap { IncidentCategory(rawValue: $0) }
        change.note = json["note"]?.string
        guard change.note?.unicodeScalars.contains("\0") != true else {
            throw Problem.unprocessable([FieldProblem(field: "note", message: "must have no NUL characters")])
        }
        guard change != IncidentDesk.Change() else {
            throw Problem.unprocessable([
                FieldProblem(field: "status", message: "or `note` or `classification` must be given")
            ])
        }
        _ = try await desk.change(id, change, by: caller)
        return .json(try await desk.dossier(id, for: caller).json)
    }

    /// `handler` with the errors of incidents turned into their answers.
    func answering(_ handler: @escaping HTTPHandler) -> HTTPHandler {
        { request in
            do {
                return try await handler(request)
            } catch let error as InvalidFields {
                throw Problem.unprocessable(error.problems)
            } catch let error as IncidentError {
                throw error.problem
            }
        }
    }
}

extension IncidentError {
    fileprivate var problem: Problem {
        switch self {
        case .notFound:
            return .notFound()
        case .wrongStatus(let old, let new):
            let allowed = old.successors.map(\.rawValue).joined(separator: " or ")
            return .conflict(
                code: "wrong_status",
                "An incident that is \(old.rawValue) cannot become \(new.rawValue), only \(allowed).")
        }
    }
}

extension IncidentDesk.Outcome {
    /// The answer to a report. A new incident has exactly the fields that the systems before had.
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "incident_id": .identifier(incident.id), "ticket_id": .string(incident.ticketID),
            "status": .string(incident.status.rawValue),
            "classification": .string(incident.triage.judgement.category.rawValue),
            "confidence": .number(incident.triage.judgement.confidence.roundedToHundredths),
            "message": .string(message),
        ]
        if isJoined { object["joined"] = true }
        return .object(object)
    }

    private var message: String {
        if isJoined { return "This message has been received before. It was joined to the open incident." }
        guard !channels.isEmpty else { return "Incident received and ticket created." }
        let names = channels.map(\.spokenName)
        let list =
            names.count == 1 ? names[0] : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
        return "Incident received and ticket created. Acknowledgments sent via \(list)."
    }
}

extension NotificationChannel {
    fileprivate var spokenName: String {
        switch self {
        case .email: "email"
        case .sms: "SMS"
        case .whatsapp: "WhatsApp"
        case .webhook: "webhook"
        }
    }
}

extension HTTPRequest {
    /// Who reports or changes, and which incidents he may see.
    ///
    /// - Throws: a 401 problem when nobody is known; does not happen behind `Access.machine`.
    var incidentCaller: IncidentCaller {
        get throws {
            switch principal {
            case .user(let claims): IncidentCaller(name: "user \(claims.subject)", accountID: nil)
            case .machine(let grant): IncidentCaller(name: "key \(grant.keyID)", accountID: grant.accountID)
            case .service, nil: throw Problem.unauthorized()
            }
        }
    }
}
