import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import SQL
import ServiceKit
import Tokens

/// `/internal/notifications`: orders of the other services.
struct NotificationInternalRoutes: Sendable {
    let database: any SQLDatabase
    let desk: NotificationDesk
    let reader: OrderReader

    /// Base64 makes a third more of the attachments.
    static let bodyBytesMax = OrderCheck.attachmentBytesMax / 3 * 4 + (1 << 20)

    func add(to api: inout API) {
        api.post(
            "/internal/notifications", access: .service, summary: "Tell somebody something",
            body: .json(NotificationSchemas.order),
            answers: [
                .json(202, "The notifications will be delivered", NotificationSchemas.receipt),
                .problem(422, "A field is wrong, or the key was used with another order"),
            ],
            bodyBytesMax: Self.bodyBytesMax
        ) { request in
            let order = try await reader.read(request, as: NotificationSchemas.order)
            let caller = NotificationDesk.Caller(scope: request.orderScope, accountID: nil)
            let ids = try await database.write { [desk] in try desk.submit(order, by: caller, in: $0) }
            return .json(NotificationReceipt(notificationIDs: ids).json, status: .accepted)
        }
    }
}

extension HTTPRequest {
    /// Whose idempotency keys an order's key stands among.
    var orderScope: String {
        switch principal {
        case .service(let name): "service \(name)"
        case .user(let claims): "user \(claims.subject)"
        case .machine(let grant): "key \(grant.keyID)"
        case nil: "nobody"
        }
    }
}
