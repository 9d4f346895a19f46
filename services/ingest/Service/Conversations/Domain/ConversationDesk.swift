import HTTPMessages
import JSONCoding
import Jobs
import Platform
import SQL

/// Takes conversations in, once each, and answers what has become of them.
struct ConversationDesk: Sendable {
    let database: any SQLDatabase
    let jobs: JobQueue
    let time: any TimeSource

    struct Order: Sendable {
        var accountID: String
        var conversationID: String
        var emailID: String?
        var source = Conversation.Source.api
        /// Replaces a run that is there.
        var isForced = false
        var actor: ConversationAudit.Actor
    }

    /// What there is of a conversation after an order.
    struct Receipt: Sendable {
        let conversation: Conversation
        let isNew: Bool
    }

    /// Begins the processing of a conversation, or finds the one there is.
    ///
    /// - Throws: ``ConversationError/limitReached(_:_:retryAfter:)``.
    func take(_ order: Order) async throws -> Receipt {
        try await database.write { [self] in try take(order, in: $0) }
    }

    /// The same in the caller's transaction.
    func take(_ order: Order, in connection: any SQLConnection) throws -> Receipt {
        let now = time.wall
        let present = try ConversationTable.current(
            accountID: order.accountID, conversationID: order.conversationID, in: connection)
        if let present, !order.isForced { return Receipt(conversation: present, isNew: false) }
        try checkLimits(of: order.accountID, at: now, in: connection)
        if let present {
            try ConversationTable.replace(present.id, at: now, in: connection)
            try jobs.cancel(present.jobID, in: connection)
            try ConversationAudit.add(.replaced, of: present, by: order.actor, at: now, in: connection)
        }
        let id = Identifier.make()
        let jobID = try jobs.enqueue(ConversationPipeline.job(for: id, accountID: order.accountID), in: connection)
        let conversation = Conversation(
            id: id, accountID: order.accountID, conversationID: order.conversationID, emailID: order.emailID,
            source: order.source, status: .processing, step: .transcript, stepStartedAt: now, jobID: jobID,
            errorMessage: nil, providerStatus: nil, agentID: nil, agentName: nil, startedAt: nil, durationSeconds: nil,
            hasAudio: false, notificationIDs: [], createdAt: now, updatedAt: now, completedAt: nil)
        try ConversationTable.insert(conversation, in: connection)
        try ConversationAudit.add(
            .requested, of: conversation, detail: order.source.rawValue, by: order.actor, at: now, in: connection)
        return Receipt(conversation: conversation, isNew: true)
    }

    private func checkLimits(of accountID: String, at now: Timestamp, in connection: any SQLConnection) throws {
        let limits = try AccountTable.settings(of: accountID, in: connection).limits
        let days = now.millisecondsSince1970 / 86_400_000
        let date = CivilDate(daysSince1970: days)
        let nextMonth =
            date.month == 12
            ? CivilDate(year: date.year + 1, month: 1, day: 1)
            : CivilDate(year: date.year, month: date.month + 1, day: 1)
        let periods = [
            ("day", limits.conversationsPerDay, days, days + 1),
            (
                "month", limits.conversationsPerMonth,
                CivilDate(year: date.year, month: date.month, day: 1).daysSince1970, nextMonth.daysSince1970
            ),
        ]
        for (name, limit, first, next) in periods {
            guard let limit else { continue }
            let begun = try ConversationTable.countBegun(
                accountID: accountID, since: Timestamp(millisecondsSince1970: first * 86_400_000), in: connection)
            guard begun >= limit else { continue }
            let seconds = (next * 86_400_000 - now.millisecondsSince1970 + 999) / 1_000
            throw ConversationError.limitReached(
                "The account's limit of \(limit) conversations per \(name) is reached.",
                RequestQuota(
                    name: "conversations-\(name)", count: limit, windowSeconds: Int(clamping: (next - first) * 86_400)),
                retryAfter: Int(clamping: seconds))
        }
    }

    /// Has a failed conversation go on at the step where it failed.
    ///
    /// - Throws: ``ConversationError/notFound``, ``ConversationError/notFailed``.
    func retry(
        _ id: Identifier, by actor: ConversationAudit.Actor, reaches: @escaping @Sendable (String) -> Bool
    ) async throws -> Conversation {
        let now = time.wall
        return try await database.write { [jobs] connection in
            guard let conversation = try ConversationTable.find(id, in: connection), reaches(conversation.accountID)
            else { throw ConversationError.notFound }
            let current = try ConversationTable.current(
                accountID: conversation.accountID, conversationID: conversation.conversationID, in: connection)
            // One that was replaced stays as it is: its files are the newer one's now.
            guard conversation.status == .failed, current?.id == id else { throw ConversationError.notFailed }
            let jobID = try jobs.enqueue(
                ConversationPipeline.job(for: id, accountID: conversation.accountID), in: connection)
            try ConversationTable.resume(id, jobID: jobID, at: now, in: connection)
            try ConversationAudit.add(
                .retried, of: conversation, step: conversation.step, by: actor, at: now, in: connection)
            guard let resumed = try ConversationTable.find(id, in: connection) else { throw ConversationError.notFound }
            return resumed
        }
    }

    /// What the provider's webhook says about a conversation that has ended.
    struct Delivery: Sendable {
        let signature: WebhookSignature
        /// Nil for events that begin nothing.
        let conversation: ProviderConversation?
    }

    /// What came of a delivery.
    enum Reception: Sendable {
        case begun(Receipt)
        /// Of no account that we know, or over its limit.
        case ignored(String)
        /// It was here before.
        case repeated
    }

    /// Takes a delivery whose signature is good.
    func receive(_ delivery: Delivery) async throws -> Reception {
        let now = time.wall
        return try await database.write { [self] connection in
            guard try WebhookReceipts.take(delivery.signature.text, at: now, in: connection) else { return .repeated }
            guard let conversation = delivery.conversation else { return .ignored("this kind of event begins nothing") }
            guard Conversation.isName(conversation.conversationID) else {
                return .ignored("the conversation's id is none")
            }
            // Whose agent it was says more than what was put into the call.
            let owner = try conversation.agentID.flatMap { try AccountTable.account(ofAgent: $0, in: connection) }
            guard let accountID = owner ?? conversation.accountID else {
                return .ignored("no account has this agent")
            }
            return try begin(
                accountID, conversation.conversationID, emailID: conversation.emailID, source: .webhook,
                actor: .provider, in: connection)
        }
    }

    /// Begins a conversation that the provider lists, unless it is there; whether it did.
    func reconcile(conversationID: String, agentID: String) async throws -> Bool {
        guard Conversation.isName(conversationID) else { return false }
        return try await database.write { [self] connection in
            guard let accountID = try AccountTable.account(ofAgent: agentID, in: connection),
                try ConversationTable.current(
                    accountID: accountID, conversationID: conversationID, in: connection) == nil
            else { return false }
            let reception = try begin(
                accountID, conversationID, emailID: nil, source: .reconciliation, actor: .system, in: connection)
            if case .begun(let receipt) = reception { return receipt.isNew }
            return false
        }
    }

    private func begin(
        _ accountID: String, _ conversationID: String, emailID: String?, source: Conversation.Source,
        actor: ConversationAudit.Actor, in connection: any SQLConnection
    ) throws -> Reception {
        let settings = try AccountTable.settings(of: accountID, in: connection)
        let named = emailID.flatMap { TextFormat.email.matches($0) ? $0 : nil }
        do {
            let receipt = try take(
                Order(
                    accountID: accountID, conversationID: conversationID, emailID: named ?? settings.defaultEmail,
                    source: source, actor: actor), in: connection)
            return .begun(receipt)
        } catch ConversationError.limitReached(let reason, _, _) {
            if source == .webhook {
                try ConversationAudit.add(
                    .webhookIgnored, accountID: accountID, conversationID: conversationID, detail: reason, by: actor,
                    at: time.wall, in: connection)
            }
            return .ignored(reason)
        }
    }
}
