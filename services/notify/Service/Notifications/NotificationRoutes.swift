import Contracts
import Crypto
import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import SQL
import ServiceKit
import Tokens

/// `/api/notifications`: for machines that want somebody told something, and for people who want to know what became of it.
struct NotificationRoutes: Sendable {
    let database: any SQLDatabase
    let desk: NotificationDesk
    let reader: OrderReader

    private static let detail = JSONSchema.object(
        [
            ("id", .identifier), ("status", .string()),
            ("history", .array(of: .object([("number", .integer()), ("outcome", .string())]))),
            ("reports", .array(of: .object([("status", .string())]))),
        ], required: ["id", "history", "reports"])

    func add(to api: inout API) {
        addOrders(to: &api)
        addReading(to: &api)
    }

    private func addOrders(to api: inout API) {
        api.post(
            "/api/notifications", access: .machine(.notificationsWrite, or: .staff),
            summary: "Tell somebody something, from a template, on one or more channels",
            body: .json(NotificationSchemas.machineOrder),
            answers: [
                .json(202, "The notifications will be delivered", NotificationSchemas.receipt),
                .problem(422, "A field is wrong, or the key was used with another order"),
            ],
            bodyBytesMax: NotificationInternalRoutes.bodyBytesMax, isIdempotent: true
        ) { request in
            let header = request.fields.first("Idempotency-Key")
            let order = try await reader.read(request, as: NotificationSchemas.machineOrder) { order in
                guard order["idempotency_key"] == nil else { return }
                // Without any key each order is a new one.
                order["idempotency_key"] = .string(header.map(Self.orderKey) ?? "order \(Identifier.make())")
            }
            let caller = NotificationDesk.Caller(
                scope: request.orderScope, accountID: request.principal?.accountID)
            let ids = try await database.write { [desk] in try desk.submit(order, by: caller, in: $0) }
            return .json(NotificationReceipt(notificationIDs: ids).json, status: .accepted)
        }
        api.post(
            "/api/notifications/{id}/retry", access: .machine(.notificationsWrite, or: .staff),
            summary: "Try a failed notification again, from the first channel of its ladder",
            answers: [
                .json(202, "It will be tried", NotificationSchemas.notification), .problem(404, "Unknown"),
                .problem(409, "It has not failed"),
            ],
            isIdempotent: true
        ) { request in
            let id = try request.identifier()
            let account = request.principal
            let notification = try await database.write { [desk] in
                try Self.retry(id, for: account, desk: desk, in: $0)
            }
            return .json(notification.json, status: .accepted)
        }
    }

    /// The order's key that an `Idempotency-Key` stands for. A long one by its digest: no two may become the same.
    static func orderKey(of header: String) -> String {
        let key = "header \(header)"
        return key.count <= NotificationOrder.keyLengthMax
            ? key : "header SHA-256 \(Hex.encode(SHA256.digest(of: header.utf8)))"
    }

    private func addReading(to api: inout API) {
        api.get(
            "/api/notifications", access: .machine(.read, or: .staff), summary: "Notifications, the newest first",
            parameters: [
                .query("incident_id", .string(), "Only those about this incident"),
                .query(
                    "status", .string(allowed: NotificationStatus.allCases.map(\.rawValue)), "Only those in this state"),
                .query(
                    "channel", .string(allowed: NotificationChannel.allCases.map(\.rawValue)),
                    "Only those on this channel"),
                .query("limit", .integer(min: 1, max: Int64(PageRequest.limitMax)), "How many at most (default 50)"),
                .query("cursor", .string(), "From the `Link` header of the page before"),
            ],
            answers: [.json(200, "Notifications", .array(of: NotificationSchemas.notification))]
        ) { request in
            let (page, filter) = try Self.filter(request)
            let list = try await database.read { try NotificationTable.list(filter, in: $0) }
            return page.response(list, of: request, id: \.id, json: \.json)
        }
        api.get(
            "/api/notifications/{id}", access: .machine(.read, or: .staff),
            summary: "One notification with every attempt and report",
            answers: [.json(200, "The notification", Self.detail), .problem(404, "Unknown")]
        ) { request in
            let id = try request.identifier()
            let found = try await database.read { connection in
                try NotificationTable.find(id, in: connection).map { notification in
                    (
                        notification, try AttemptTable.list(of: id, in: connection),
                        try AttemptTable.reports(of: id, in: connection)
                    )
                }
            }
            guard let (notification, attempts, reports) = found,
                request.principal?.reaches(account: notification.accountID) == true
            else { throw Problem.notFound() }
            var json = notification.json.object ?? [:]
            json["history"] = .array(attempts.map(\.json))
            json["reports"] = .array(reports.map(\.json))
            return .json(.object(json))
        }
    }

    private static func filter(_ request: HTTPRequest) throws -> (PageRequest, NotificationFilter) {
        var query = try ListQuery(request)
        let status: NotificationStatus? = query.choice("status")
        let channel: NotificationChannel? = query.choice("channel")
        let page = try query.finish()
        return (
            page,
            NotificationFilter(
                incidentID: request.query.first("incident_id"), status: status, channel: channel,
                accountID: request.principal?.accountID, before: page.before, limit: page.fetchCount)
        )
    }

    private static func retry(
        _ id: Identifier, for principal: Principal?, desk: NotificationDesk, in connection: any SQLConnection
    ) throws -> Notification {
        guard var notification = try NotificationTable.find(id, in: connection),
            principal?.reaches(account: notification.accountID) == true
        else { throw Problem.notFound() }
        guard notification.status == .failed else {
            throw Problem.conflict(code: "not_failed", "Only failed notifications can be tried again.")
        }
        notification.status = .pending
        notification.rung = 0
        notification.rungAttempts = 0
        notification.providerID = nil
        notification.error = nil
        notification.updatedAt = desk.time.wall
        try desk.schedule(&notification, after: .zero, in: connection)
        try NotificationTable.update(notification, in: connection)
        return notification
    }
}
