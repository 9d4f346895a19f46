import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import ObjectStore
import Platform
import SQL
import ServiceKit
import Tokens

/// `/api/v1/postprocess/*`: ask for a conversation, see what became of it.
///
/// A key that is bound to an account is told that all other accounts do not exist.
struct ConversationRoutes: Sendable {
    let database: any SQLDatabase
    let desk: ConversationDesk
    let shelves: ObjectShelves

    static let access = Access.machine(.postprocessWrite, or: .staff)
    static let readAccess = Access.machineOfAny([.postprocessWrite, .read], or: .staff)
    private static let base = "/api/v1/postprocess"

    func add(to api: inout API) {
        let order = ConversationSchemas.order
        api.post(
            "\(Self.base)/conversation", access: Self.access, summary: "Process a recorded conversation",
            body: .json(order),
            answers: [
                .json(202, "It is being processed, or was before", ConversationSchemas.receipt),
                .problem(404, "The account is not yours"), .problem(429, "A limit of the account is reached"),
            ], isIdempotent: true
        ) { request in
            let json = try await request.json(.any)
            // The schema knows lengths, the rule of names what they are made of: both are looked at, so that all is named.
            var problems = order.validate(json)
            for field in ["account_id", "conversation_id"] where !problems.contains(where: { $0.field == field }) {
                guard let name = json[field]?.string, !Conversation.isName(name) else { continue }
                problems.append(FieldProblem(field: field, message: Conversation.nameRule))
            }
            guard problems.isEmpty else { throw Problem.unprocessable(problems) }
            let accountID = json["account_id"]?.string ?? ""
            guard request.reaches(accountID) else { throw ConversationError.accountNotFound.problem }
            let receipt = try await Self.mapped {
                try await desk.take(
                    ConversationDesk.Order(
                        accountID: accountID, conversationID: json["conversation_id"]?.string ?? "",
                        emailID: json["email_id"]?.string, isForced: json["force"]?.bool ?? false,
                        actor: request.auditActor))
            }
            return Self.accepted(receipt.conversation, isNew: receipt.isNew)
        }
        addReading(to: &api)
        api.post(
            "\(Self.base)/{processing_id}/retry", access: Self.access,
            summary: "Have a failed conversation go on where it failed",
            answers: [
                .json(202, "It is being processed", ConversationSchemas.receipt), .notFound,
                .problem(409, "It has not failed"),
            ], isIdempotent: true
        ) { request in
            let id = try request.processingID()
            let conversation = try await Self.mapped {
                try await desk.retry(id, by: request.auditActor, reaches: { [request] in request.reaches($0) })
            }
            return Self.accepted(conversation, isNew: true)
        }
    }

    private func addReading(to api: inout API) {
        api.get(
            "\(Self.base)/status/{processing_id}", access: Self.readAccess,
            summary: "What has become of a conversation",
            answers: [.json(200, "State, summary and files", ConversationSchemas.conversation), .notFound]
        ) { request in
            let conversation = try await find(request)
            let (material, files, settings) = try await database.read { connection in
                (
                    try ConversationTable.material(of: conversation.id, in: connection),
                    try ConversationFileTable.list(of: conversation.id, in: connection),
                    try AccountTable.settings(of: conversation.accountID, in: connection)
                )
            }
            guard case .object(var object) = conversation.json else { return .json(conversation.json) }
            object["summary"] = material.summary?.json ?? .null
            object["files"] = .array(
                try await links(to: files, lifetime: .seconds(settings.linkSeconds)))
            return .json(.object(object))
        }
        api.get(
            "\(Self.base)/conversations", access: Self.readAccess, summary: "Conversations, the newest first",
            parameters: [
                .query("account_id", .string(maxLength: 128), "Of this account only"),
                .query(
                    "status", .string(allowed: Conversation.Status.allCases.map(\.rawValue)), "In this state only"),
            ] + Parameters.paging, answers: [.json(200, "Conversations", .array(of: ConversationSchemas.listed))]
        ) { request in
            let page = try PageRequest(request)
            var filter = ConversationTable.Filter(before: page.before, limit: page.fetchCount)
            filter.accountID = try Self.account(request)
            if let text = request.query.first("status") {
                guard let status = Conversation.Status(rawValue: text) else {
                    let allowed = Conversation.Status.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Problem.unprocessable([FieldProblem(field: "status", message: "must be one of \(allowed)")])
                }
                filter.status = status
            }
            let list = try await database.read { [filter] in try ConversationTable.list(filter, in: $0) }
            return page.response(list, of: request, id: \.id, json: \.json)
        }
        api.get(
            "\(Self.base)/{processing_id}/audit", access: Self.readAccess,
            summary: "What happened to a conversation, the newest first", parameters: Parameters.paging,
            answers: [.json(200, "Events", .array(of: ConversationSchemas.event)), .notFound]
        ) { request in
            let conversation = try await find(request)
            return try await audit(of: conversation, request)
        }
    }

    /// Of a bound key its own account, whatever it asks for; an account that is not its own has no conversations.
    private static func account(_ request: HTTPRequest) throws -> String? {
        let asked = request.query.first("account_id")
        if let asked, !Conversation.isName(asked) {
            throw Problem.unprocessable([FieldProblem(field: "account_id", message: Conversation.nameRule)])
        }
        guard let own = request.principal?.accountID else { return asked }
        if let asked, asked != own { throw ConversationError.accountNotFound.problem }
        return own
    }

    private func audit(of conversation: Conversation, _ request: HTTPRequest) async throws -> HTTPResponse {
        // Events have numbers, not identifiers: the cursor is one.
        let limit = request.query.first("limit").map { Int($0) ?? 0 } ?? PageRequest.limitDefault
        let cursor = request.query.first("cursor")
        let before = cursor.flatMap { Int64($0) }
        guard (1...PageRequest.limitMax).contains(limit), (cursor == nil) == (before == nil) else {
            throw Problem.unprocessable([
                FieldProblem(field: cursor == nil ? "limit" : "cursor", message: "is not valid here")
            ])
        }
        let events = try await database.read {
            try ConversationAudit.list(of: conversation.id, before: before, limit: limit + 1, in: $0)
        }
        var response = HTTPResponse.json(.array(events.prefix(limit).map(\.json)))
        if events.count > limit, let last = events.prefix(limit).last {
            response.fields.append(.link, "<\(request.path)?limit=\(limit)&cursor=\(last.id)>; rel=\"next\"")
        }
        return response
    }

    private func find(_ request: HTTPRequest) async throws -> Conversation {
        let id = try request.processingID()
        let found = try await database.read { try ConversationTable.find(id, in: $0) }
        guard let found, request.reaches(found.accountID) else { throw Problem.notFound() }
        return found
    }

    private func links(to files: [ConversationFile], lifetime: Duration) async throws -> [JSONValue] {
        var links: [JSONValue] = []
        for file in files {
            let store = try await shelves.store(file.bucket)
            let url = try store.link(try ObjectKey(file.objectKey), lifetime: lifetime, fileName: file.fileName)
            links.append([
                "kind": .string(file.kind.rawValue), "file_name": .string(file.fileName),
                "object_key": .string(file.objectKey), "content_type": .string(file.contentType),
                "byte_count": .integer(file.byteCount), "sha256": .string(file.sha256), "url": .string(url),
                "expires_at": .timestamp(desk.time.wall + lifetime),
            ])
        }
        return links
    }

    private static func accepted(_ conversation: Conversation, isNew: Bool) -> HTTPResponse {
        let known =
            switch conversation.status {
            case .processing: "Conversation is already being processed"
            case .completed: "Conversation was processed before"
            case .failed: "Conversation processing failed before; retry it, or force it to begin anew"
            }
        return .json(
            [
                "success": true, "message": .string(isNew ? "Conversation processing started" : known),
                "data": [
                    "conversation_id": .string(conversation.conversationID),
                    "processing_id": .string(conversation.processingID),
                    "status": .string(conversation.status.rawValue),
                    "estimated_completion": .timestamp(conversation.completedAt ?? conversation.estimatedCompletion),
                ],
            ], status: .accepted)
    }

    static func mapped<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as ConversationError {
            throw error.problem
        }
    }
}

extension HTTPRequest {
    /// Whether the caller may see the account.
    func reaches(_ accountID: String) -> Bool {
        principal?.reaches(account: accountID) ?? false
    }

    /// The caller as the audit log names it.
    var auditActor: ConversationAudit.Actor {
        switch principal {
        case .user(let claims): .user(claims.subject)
        case .machine(let grant): .key(grant.keyID)
        case .service, nil: .system
        }
    }

    /// The path's `processing_id`.
    ///
    /// - Throws: a 404 problem when it is none of ours.
    fileprivate func processingID() throws -> Identifier {
        guard let id = parameters["processing_id"].flatMap({ Conversation.identifier(processingID: $0) }) else {
            throw Problem.notFound()
        }
        return id
    }
}

extension ConversationError {
    /// What a client is told.
    var problem: Problem {
        switch self {
        case .notFound: .notFound()
        case .accountNotFound: .notFound("There is no such account.", code: "account_not_found")
        case .notFailed:
            .conflict(code: "conversation_not_failed", "Only a failed conversation can be tried again.")
        case .limitReached(let reason, let quota, let seconds):
            .tooManyRequests(quota, retryAfter: seconds, reason, code: "account_limit_reached")
        case .agentTaken(let index):
            .unprocessable([
                FieldProblem(field: "agent_ids[\(index)]", message: "belongs to another account already")
            ])
        }
    }
}
