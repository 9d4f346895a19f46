import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import SQL
import ServiceKit
import Tokens

/// `/api/v1/accounts/{id}/*`: how an account's conversations are worked on, and what that used.
struct AccountRoutes: Sendable {
    let database: any SQLDatabase
    let time: any TimeSource

    func add(to api: inout API) {
        let schema = AccountSettings.schema
        api.get(
            "/api/v1/accounts/{id}/settings", access: ConversationRoutes.readAccess, summary: "An account's settings",
            answers: [.json(200, "The settings", schema), .notFound]
        ) { request in
            let accountID = try Self.account(request)
            let settings = try await database.read { try AccountTable.settings(of: accountID, in: $0) }
            return .json(settings.json)
        }
        // Not for keys: an account does not lift its own limits.
        api.put(
            "/api/v1/accounts/{id}/settings", access: .role(.staff),
            summary: "Replace an account's settings; what is left out has its default", body: .json(schema),
            answers: [.json(200, "The settings", schema), .notFound]
        ) { request in
            let accountID = try Self.account(request)
            let json = try await request.json(schema)
            let problems = AccountSettings.problems(in: json)
            guard problems.isEmpty else { throw Problem.unprocessable(problems) }
            let (settings, actor, now) = (AccountSettings(json: json), request.auditActor, time.wall)
            try await ConversationRoutes.mapped {
                try await database.write { connection in
                    try AccountTable.put(settings, of: accountID, by: actor, at: now, in: connection)
                    try ConversationAudit.add(
                        .settingsChanged, accountID: accountID, by: actor, at: now, in: connection)
                }
            }
            return .json(settings.json)
        }
        addUsage(to: &api)
    }

    private func addUsage(to api: inout API) {
        api.get(
            "/api/v1/accounts/{id}/usage", access: ConversationRoutes.readAccess,
            summary: "What an account used, with its cost in US dollars",
            parameters: [
                .query("from", .timestamp, "From this moment on; the beginning of this month unless given"),
                .query("to", .timestamp, "Before this moment; now unless given"),
            ],
            answers: [
                .json(
                    200, "Sums",
                    .object([
                        ("account_id", .string()), ("from", .timestamp), ("to", .timestamp),
                        ("conversations_today", .integer(min: 0)), ("conversations_this_month", .integer(min: 0)),
                        ("total", .object([])), ("by_service", .array(of: .object([]))),
                        ("by_day", .array(of: .object([]))),
                    ])), .notFound,
            ]
        ) { request in
            let accountID = try Self.account(request)
            let now = time.wall
            let date = CivilDate(daysSince1970: now.millisecondsSince1970 / 86_400_000)
            let month = Timestamp(
                millisecondsSince1970: CivilDate(year: date.year, month: date.month, day: 1).daysSince1970
                    * 86_400_000)
            let today = Timestamp(millisecondsSince1970: date.daysSince1970 * 86_400_000)
            let from = try Self.moment("from", request) ?? month
            // What happens in this millisecond counts, too.
            let to = try Self.moment("to", request) ?? now + .milliseconds(1)
            let usage = try await database.read { connection -> JSONValue in
                let sums = try UsageTable.summary(of: accountID, from: from, to: to, in: connection)
                var object: JSONObject = [
                    "account_id": .string(accountID), "from": .timestamp(from), "to": .timestamp(to),
                    "conversations_today": .integer(
                        Int64(try ConversationTable.countBegun(accountID: accountID, since: today, in: connection))),
                    "conversations_this_month": .integer(
                        Int64(try ConversationTable.countBegun(accountID: accountID, since: month, in: connection))),
                ]
                sums.object?.forEach { object[$0] = $1 }
                return .object(object)
            }
            return .json(usage)
        }
    }

    private static func account(_ request: HTTPRequest) throws -> String {
        guard let id = request.parameters["id"], Conversation.isName(id), request.reaches(id) else {
            throw ConversationError.accountNotFound.problem
        }
        return id
    }

    private static func moment(_ name: String, _ request: HTTPRequest) throws -> Timestamp? {
        guard let text = request.query.first(name) else { return nil }
        guard let moment = Timestamp(rfc3339: text) else {
            throw Problem.unprocessable([
                FieldProblem(field: name, message: "must be a time in RFC 3339, such as 2026-01-31T09:30:00Z")
            ])
        }
        return moment
    }
}
