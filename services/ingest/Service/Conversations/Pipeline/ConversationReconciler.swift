import Jobs
import Logs
import Platform
import SQL

/// Looks for what was missed: conversations whose webhook was lost, because the provider does not repeat it; and
/// conversations whose job has ended without a say.
struct ConversationReconciler: Sendable {
    static let jobKind = "reconcile_conversations"
    /// Calls that began earlier are not looked for.
    static let window = Duration.seconds(86_400)
    /// Pages of 100 looked at in one run.
    private static let pagesMax = 50
    private static let batch = 500

    let database: any SQLDatabase
    let jobs: JobQueue
    let desk: ConversationDesk
    let provider: ElevenLabsClient
    let time: any TimeSource
    let logger: Logger

    /// The handler of the job.
    func run(_ context: JobContext) async throws {
        try await failAbandoned()
        guard provider.isConfigured, try await database.read({ try AccountTable.hasAgents(in: $0) }) else { return }
        do {
            try await pull()
        } catch let failure as StepFailure {
            switch failure {
            case .cancelled: throw CancellationError()
            case .permanent(let message), .temporary(let message), .wait(_, let message):
                // The next run looks at the same time again.
                logger.warning("conversations could not be reconciled", [("error", message)])
            }
        }
    }

    private func pull() async throws {
        var cursor: String?
        var pages = 0
        var begun = 0
        repeat {
            let page = try await provider.conversations(
                since: time.wall - Self.window, cursor: cursor, timeout: .seconds(30))
            for item in page.items where item.status == "done" {
                if try await desk.reconcile(conversationID: item.id, agentID: item.agentID) { begun += 1 }
            }
            cursor = page.next
            pages += 1
        } while cursor != nil && pages < Self.pagesMax
        if begun > 0 { logger.info("conversations without a webhook were begun", [("conversations", "\(begun)")]) }
    }

    /// A job can be given up without its handler having a say, after too many processes died over it.
    private func failAbandoned() async throws {
        let filter = ConversationTable.Filter(status: .processing, limit: Self.batch)
        for conversation in try await database.read({ try ConversationTable.list(filter, in: $0) }) {
            if let job = try await jobs.job(conversation.jobID), !job.state.isFinished { continue }
            let now = time.wall
            try await database.write { connection in
                let message = "The conversation could not be processed. Please try again."
                let isOurs = try ConversationTable.fail(
                    conversation.id, of: conversation.jobID, message: message, at: now, in: connection)
                guard isOurs else { return }
                try ConversationAudit.add(.failed, of: conversation, detail: message, at: now, in: connection)
            }
        }
    }
}
