import Contracts
import Crypto
import JSONCoding
import Jobs
import Platform
import SQL

/// Takes orders: what is taken will be delivered or visibly given up, whatever dies meanwhile.
struct NotificationDesk: Sendable {
    let templates: TemplateShelf
    let jobs: JobQueue
    /// The name of the house in every message: `{{brand}}`.
    let brand: String
    let time: any TimeSource

    /// Whose idempotency keys an order's key stands among, and to which account its notifications belong.
    struct Caller: Sendable {
        var scope: String
        var accountID: String?

        /// Other parts of this service.
        static let notify = Caller(scope: "notify", accountID: nil)
    }

    /// Renders the order's messages, stores them, and puts a job for each into the queue: all in the caller's write
    /// transaction. Workers hear of it after the commit.
    ///
    /// - Returns: One notification for each ladder. The same order under the same key gives the same ones.
    /// - Throws: `NotificationRefusal` with every bad field, or for a key that was used with another order.
    func submit(
        _ order: NotificationOrder, by caller: Caller = .notify, in connection: any SQLConnection
    ) throws -> [Identifier] {
        let fingerprint = Self.fingerprint(of: order)
        if let known = try NotificationTable.order(
            scope: caller.scope, key: order.idempotencyKey, in: connection)
        {
            guard known.fingerprint == fingerprint else { throw NotificationRefusal.keyReused }
            return try NotificationTable.ids(ofOrder: known.id, in: connection)
        }
        let ladders = try ladders(of: order)
        let (orderID, now) = (Identifier.make(), time.wall)
        try NotificationTable.insert(
            order, id: orderID, scope: caller.scope, fingerprint: fingerprint, at: now, in: connection)
        return try ladders.map { ladder in
            var notification = Notification(
                id: Identifier.make(), orderID: orderID, accountID: caller.accountID, reference: order.reference,
                template: order.template, ladder: ladder, rung: 0, status: .pending, isUrgent: order.isUrgent,
                attempts: 0, rungAttempts: 0, createdAt: now, updatedAt: now)
            try schedule(&notification, after: .zero, in: connection)
            try NotificationTable.insert(notification, in: connection)
            return notification.id
        }
    }

    /// SHA-256 of everything that the order says; its files count by their bytes.
    private static func fingerprint(of order: NotificationOrder) -> [UInt8] {
        var bare = order
        bare.attachments = []
        var digest = DigestState(.sha256)
        digest.update(bare.json.serialized())
        for file in order.attachments {
            digest.update("\(file.name)\n\(file.contentType)\n\(file.content.count)\n".utf8)
            digest.update(file.content)
        }
        return digest.finish()
    }

    /// Has the queue looked at now. Not needed after `submit`, whose jobs are announced by the commit.
    func wake() {
        jobs.wake()
    }

    /// Puts the job for the next attempt into the queue and notes it in `notification`, which the caller stores. Only the
    /// job that is noted may deliver: whatever else is still in the queue finds itself outdated.
    func schedule(
        _ notification: inout Notification, after delay: Duration, in connection: any SQLConnection
    ) throws {
        guard let rung = notification.current else { return }
        notification.jobID = try jobs.enqueue(
            NewJob(
                kind: DeliveryJob.kind(for: rung.channel), payload: DeliveryJob.payload(for: notification.id),
                start: delay > .zero ? .after(delay) : .now),
            in: connection)
        notification.nextAttemptAt = time.wall + delay
    }

    /// Everything that is wrong with an order.
    func problems(of order: NotificationOrder) -> [FieldProblem] {
        problems(of: order, templates.template(order.template))
    }

    private func problems(of order: NotificationOrder, _ template: MessageTemplate?) -> [FieldProblem] {
        var problems = OrderCheck.problems(of: order)
        guard let template else {
            return problems + [FieldProblem(field: "template", message: "must be one of \(templateNames)")]
        }
        for (index, ladder) in order.channels.enumerated() {
            for channel in ladder where !template.supports(channel) {
                problems.append(
                    FieldProblem(
                        field: "channels[\(index)]",
                        message: "the template \(template.name) has no message for \(channel.rawValue)"))
            }
        }
        let used = Set(order.channels.joined().filter { order.recipient.address(on: $0) != nil })
        problems += template.missingNames(on: used, variables(for: order)).map {
            FieldProblem(field: "variables.\($0)", message: "is needed by the template")
        }
        return problems
    }

    /// The rendered messages of each ladder, without the channels for which the recipient has no address.
    private func ladders(of order: NotificationOrder) throws -> [[LadderRung]] {
        let found = templates.template(order.template)
        let problems = problems(of: order, found)
        guard let template = found, problems.isEmpty else { throw NotificationRefusal.invalid(problems) }
        let variables = variables(for: order)
        return try order.channels.map { ladder in
            try ladder.compactMap { channel in
                guard let address = order.recipient.address(on: channel) else { return nil }
                return LadderRung(
                    channel: channel, recipient: address,
                    message: try template.render(on: channel, variables, subject: order.subject))
            }
        }
    }

    private var templateNames: String { templates.names.joined(separator: ", ") }

    /// The order's variables and those of the house. The order's own win, but for `brand`.
    private func variables(for order: NotificationOrder) -> JSONObject {
        var variables = order.variables
        if variables["recipient_name"] == nil { variables["recipient_name"] = .optional(order.recipient.name) }
        if variables["unsubscribe_url"] == nil { variables["unsubscribe_url"] = .optional(order.unsubscribeURL) }
        variables["brand"] = .string(brand)
        return variables
    }
}
