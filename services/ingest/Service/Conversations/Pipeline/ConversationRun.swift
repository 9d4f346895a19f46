import Contracts
import Jobs
import Logs
import ObjectStore
import Platform
import SQL

/// One attempt at one step of one conversation.
struct ConversationRun: Sendable {
    /// The conversation has been given to another job meanwhile, or has ended.
    struct Superseded: Error {}

    let pipeline: ConversationPipeline
    let context: JobContext
    let conversation: Conversation
    let settings: AccountSettings
    /// How often this step has been put off.
    let polls: Int

    private var now: Timestamp { pipeline.time.wall }
    private var bucket: String { settings.bucket ?? pipeline.shelves.standardBucket }

    /// Does the present step. Throws ``StepFailure``, ``Superseded``, and what database and queue throw.
    func perform() async throws {
        switch conversation.step {
        case .transcript: try await fetchTranscript()
        case .audio: try await fetchAudio()
        case .store: try await storeTranscript()
        case .summary: try await summarise()
        case .report: try await makeReport()
        case .email: try await sendReport()
        case .done: break
        }
    }

    // MARK: How a step ends

    /// Keeps the results of the step and goes on to the next, in one transaction with the end of this job.
    ///
    /// - Parameters:
    ///   - detail: For the audit log.
    ///   - keep: Writes the results.
    func advance(
        detail: String? = nil, usage: [UsageTable.Entry] = [],
        keep: @escaping @Sendable (any SQLConnection) throws -> Void = { _ in }
    ) async throws {
        let (pipeline, conversation, jobID, now) = (pipeline, conversation, context.id, now)
        let next = conversation.step.next
        try await context.complete { connection in
            let job =
                next == .done
                ? jobID
                : try pipeline.jobs.enqueue(
                    ConversationPipeline.job(for: conversation.id, accountID: conversation.accountID), in: connection)
            let isOurs = try ConversationTable.advance(
                conversation.id, of: jobID, to: next, next: job, at: now, in: connection)
            guard isOurs else { throw Superseded() }
            try keep(connection)
            for entry in usage { try UsageTable.add(entry, for: conversation, at: now, in: connection) }
            try ConversationAudit.add(
                .stepCompleted, of: conversation, step: conversation.step, detail: detail, at: now, in: connection)
            if next == .done { try ConversationAudit.add(.completed, of: conversation, at: now, in: connection) }
        }
        if next == .done {
            pipeline.logger.info("conversation completed", [("processing.id", conversation.processingID)])
        }
    }

    /// Has a new job do the step later; this one is done with it.
    func postpone(by delay: Duration, _ reason: String) async throws {
        let (pipeline, conversation, jobID, now, polls) = (pipeline, conversation, context.id, now, polls)
        try await context.complete { connection in
            let job = try pipeline.jobs.enqueue(
                ConversationPipeline.job(
                    for: conversation.id, accountID: conversation.accountID, polls: polls + 1, after: delay),
                in: connection)
            guard try ConversationTable.postpone(conversation.id, of: jobID, to: job, at: now, in: connection) else {
                throw Superseded()
            }
            // The first says why; the others would fill the log.
            if polls == 0 {
                try ConversationAudit.add(
                    .stepDelayed, of: conversation, step: conversation.step, detail: reason, at: now, in: connection)
            }
        }
    }

    /// Ends the conversation with a reason.
    func fail(_ message: String) async throws {
        let (conversation, jobID, now) = (conversation, context.id, now)
        try await context.commit { connection in
            let isOurs = try ConversationTable.fail(
                conversation.id, of: jobID, message: message, at: now, in: connection)
            guard isOurs else { return }
            try ConversationAudit.add(
                .stepFailed, of: conversation, step: conversation.step, detail: message, at: now, in: connection)
            try ConversationAudit.add(.failed, of: conversation, detail: message, at: now, in: connection)
        }
        pipeline.logger.warning(
            "conversation failed",
            [("processing.id", conversation.processingID), ("processing.step", conversation.step.rawValue)])
    }

    func noteAttempt(_ message: String) async throws {
        let (conversation, attempt, now) = (conversation, context.attempt, now)
        try await context.commit { connection in
            try ConversationAudit.add(
                .stepFailed, of: conversation, step: conversation.step, detail: "Attempt \(attempt): \(message)",
                at: now, in: connection)
        }
    }

    // MARK: Steps of our own services

    private func storeTranscript() async throws {
        let material = try await material()
        let bytes = Array(material.transcriptText.utf8)
        try checkSize(Int64(bytes.count), "transcript")
        let object = try await store(.transcript, contentType: "text/plain; charset=utf-8") { writer in
            try await writer.write(bytes)
        }
        let bucket = bucket
        try await advance(
            detail: "\(material.turns.count) turns, \(bytes.count) bytes",
            usage: [UsageTable.Entry(service: .storage, operation: "transcript", bytes: object.byteCount)]
        ) { [conversation, now] connection in
            try ConversationFileTable.put(
                .transcript, of: conversation.id, bucket: bucket, object, at: now, in: connection)
        }
    }

    private func summarise() async throws {
        let material = try await material()
        let summary = try await pipeline.peers.summary(
            ConversationSummaryOrder(
                accountID: conversation.accountID, conversationID: conversation.conversationID, turns: material.turns,
                prompt: settings.prompt, model: settings.model, modelSeconds: settings.timeouts.modelSeconds),
            timeout: settings.timeouts.summary)
        var usage = UsageTable.Entry(service: .model, operation: summary.engine)
        usage.inputTokens = max(0, summary.inputTokens)
        usage.outputTokens = max(0, summary.outputTokens)
        usage.costUSD =
            Double(usage.inputTokens) / 1e6 * pipeline.prices.perMillionInputTokens
            + Double(usage.outputTokens) / 1e6 * pipeline.prices.perMillionOutputTokens
        try await advance(detail: "by \(summary.engine)", usage: [usage]) { [conversation, now] connection in
            try ConversationTable.setSummary(conversation.id, summary, at: now, in: connection)
        }
    }

    private func makeReport() async throws {
        let material = try await material()
        guard let summary = material.summary else { throw StepFailure.permanent("The summary is missing.") }
        let bytes = try await pipeline.peers.report(
            ConversationReportOrder(
                title: Self.title, accountID: conversation.accountID, conversationID: conversation.conversationID,
                agentName: conversation.agentName, startedAt: conversation.startedAt,
                durationSeconds: conversation.durationSeconds, status: conversation.providerStatus ?? "done",
                metadata: material.metadata.map {
                    ConversationReportOrder.MetadataItem(name: $0.name, value: $0.value)
                },
                summary: summary, turns: material.turns,
                generatedAt: material.reportGeneratedAt ?? conversation.createdAt))
        guard bytes.starts(with: Array("%PDF-".utf8)) else {
            throw StepFailure.temporary("The docs service gave something that is no PDF.")
        }
        try checkSize(Int64(bytes.count), "report")
        let object = try await store(.report, contentType: "application/pdf") { writer in try await writer.write(bytes)
        }
        let bucket = bucket
        try await advance(
            detail: "\(bytes.count) bytes",
            usage: [UsageTable.Entry(service: .storage, operation: "report", bytes: object.byteCount)]
        ) { [conversation, now] connection in
            try ConversationFileTable.put(.report, of: conversation.id, bucket: bucket, object, at: now, in: connection)
        }
    }

    private func sendReport() async throws {
        guard let address = conversation.emailID else {
            return try await advance(detail: "Nobody is to be told: there is no address.")
        }
        let (material, files) = try await pipeline.database.read { [conversation] connection in
            (
                try ConversationTable.material(of: conversation.id, in: connection),
                try ConversationFileTable.list(of: conversation.id, in: connection)
            )
        }
        guard let summary = material.summary, let file = files.first(where: { $0.kind == .report }) else {
            throw StepFailure.permanent("The report is missing.")
        }
        let report = try await bytes(of: file)
        let ids = try await pipeline.peers.send(
            ConversationEmail(
                conversation: conversation, settings: settings, summary: summary, report: report, address: address
            ).order)
        try await advance(
            detail: "\(ids.count) notification",
            usage: [UsageTable.Entry(service: .email, operation: "report", bytes: Int64(report.count))]
        ) { [conversation] connection in
            try ConversationTable.setNotifications(conversation.id, ids, in: connection)
        }
    }

    static let title = "Conversation Report"

    private func material() async throws -> ConversationMaterial {
        try await pipeline.database.read { [conversation] in
            try ConversationTable.material(of: conversation.id, in: $0)
        }
    }

    private func bytes(of file: ConversationFile) async throws -> [UInt8] {
        do {
            let store = try await pipeline.shelves.store(file.bucket)
            let bytes = try await store.bytes(ObjectKey(file.objectKey), upTo: Int(clamping: file.byteCount))
            guard let bytes, Int64(bytes.count) == file.byteCount else {
                throw StepFailure.permanent("The report is no longer in the object store.")
            }
            return bytes
        } catch {
            throw StepFailure(error)
        }
    }

    // MARK: Storing

    func checkSize(_ byteCount: Int64, _ what: String) throws(StepFailure) {
        let limit = settings.limits.fileBytesMax
        guard byteCount <= limit else {
            throw .permanent("The \(what) is larger than the account's limit of \(limit) bytes per file.")
        }
    }

    /// Writes an object; it is there when `body` has written all of it, and not at all otherwise.
    func store(
        _ kind: ConversationFile.Kind, contentType: String, _ body: (any ObjectWriter) async throws -> Void
    ) async throws(StepFailure) -> ObjectMetadata {
        do {
            let store = try await pipeline.shelves.store(bucket)
            let writer = try await store.makeWriter(
                ObjectKey(conversation.objectKey(kind)), contentType: contentType)
            do {
                try await body(writer)
                return try await writer.finish()
            } catch {
                await writer.abandon()
                throw error
            }
        } catch {
            throw StepFailure(error)
        }
    }

    var fileBucket: String { bucket }
}
