import Contracts
import JSONCoding
import Jobs
import Logs
import Platform
import SQL

/// The work on recorded conversations: six steps, each a durable job of its own.
///
/// A step commits its results, the conversation's next step and that step's job in one transaction, and only while the
/// conversation names its job; so whatever dies when, the work goes on at the step that was not finished, and no step's
/// result is kept twice. Steps are tried five times; waiting for the provider counts as no attempt.
struct ConversationPipeline: Sendable {
    static let jobKind = "process_conversation"
    /// Attempts of one step.
    static let attemptsMax = 5
    /// Waits between two questions while the provider is not ready, the last one from then on.
    static let pollDelays: [Duration] = [
        .seconds(2), .seconds(3), .seconds(5), .seconds(8), .seconds(13), .seconds(21), .seconds(30),
    ]

    let database: any SQLDatabase
    let jobs: JobQueue
    let shelves: ObjectShelves
    let provider: ElevenLabsClient
    let peers: any ConversationPeers
    let prices: UsagePrices
    let time: any TimeSource
    let logger: Logger

    /// How long one attempt at a step may take: within it, even a provider that sends byte after byte, slowly enough for no
    /// other limit, does not keep a conversation from ending with a reason.
    static let stepTimeMax = Duration.seconds(290)

    static var options: JobKindOptions { JobKindOptions(concurrency: 4, retry: RetryPolicy()) }

    /// The job of a conversation's present step.
    static func job(for id: Identifier, accountID: String, polls: Int = 0, after delay: Duration? = nil) -> NewJob {
        NewJob(
            kind: jobKind, payload: ["processing_id": .identifier(id), "polls": .integer(Int64(polls))],
            owner: accountID, start: delay.map { .after($0) } ?? .now)
    }

    /// The handler of the job.
    func run(_ context: JobContext) async throws {
        guard let id = context.payload["processing_id"]?.string.flatMap({ Identifier($0) }) else {
            throw JobFailure.permanent("the job names no conversation")
        }
        let found = try await database.read { connection -> (Conversation, AccountSettings)? in
            guard let conversation = try ConversationTable.find(id, in: connection) else { return nil }
            return (conversation, try AccountTable.settings(of: conversation.accountID, in: connection))
        }
        // Retried, replaced or finished meanwhile: it belongs to another job now, or to none.
        guard let (conversation, settings) = found, conversation.status == .processing,
            conversation.jobID == context.id
        else { return }
        let run = ConversationRun(
            pipeline: self, context: context, conversation: conversation, settings: settings,
            polls: context.payload["polls"]?.integer.map { Int(clamping: $0) } ?? 0)
        do {
            try await withinTimeLimit { try await run.perform() }
        } catch let failure as StepFailure {
            try await settle(failure, run)
        } catch is ConversationRun.Superseded {
            logger.info(
                "a conversation was replaced while it was worked on", [("processing.id", conversation.processingID)])
        }
    }

    private func withinTimeLimit(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask { [time] in
                try await time.sleep(for: Self.stepTimeMax)
                throw StepFailure.temporary("The step took longer than \(Self.stepTimeMax.components.seconds) seconds.")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func settle(_ failure: StepFailure, _ run: ConversationRun) async throws {
        switch failure {
        case .cancelled:
            throw CancellationError()
        case .permanent(let message):
            try await run.fail(message)
            throw JobFailure.permanent(message)
        case .temporary(let message) where run.context.attempt >= Self.attemptsMax:
            try await run.fail(message)
            throw JobFailure.permanent(message)
        case .temporary(let message):
            try await run.noteAttempt(message)
            throw JobFailure.transient(message)
        case .wait(let delay, let message):
            let waited = time.wall.duration(since: run.conversation.stepStartedAt)
            let limit = Duration.seconds(run.settings.timeouts.providerWaitSeconds)
            guard waited + delay <= limit else {
                let text = "\(message) Given up after \(limit.components.seconds) seconds."
                try await run.fail(text)
                throw JobFailure.permanent(text)
            }
            try await run.postpone(by: delay, message)
        }
    }
}

/// What the use of others costs, in US dollars; 0 where nothing is configured.
struct UsagePrices: Sendable {
    var perMillionInputTokens = 0.0
    var perMillionOutputTokens = 0.0
    var perThousandCredits = 0.0
}
