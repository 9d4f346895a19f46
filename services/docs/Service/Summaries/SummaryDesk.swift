import Contracts
import LanguageModels
import Logs
import Platform
import ServiceKit

/// Summarises conversations: by a language model if there is one, else, or when that fails or takes too long, with the
/// built-in engine. Works on a thread of its own, because long conversations take a while.
actor SummaryDesk {
    private let executor = BlockingExecutor(name: "summaries")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let models: any ModelSource
    private let prompts: PromptFolder
    private let answerTokensMax: Int
    private let patience: Duration
    private let logger: Logger
    private let time: any TimeSource

    init(_ settings: SummarySettings, on foundation: ServiceFoundation) {
        logger = foundation.logger.named("summaries")
        models = ModelSelector(
            settings.models, client: foundation.client, metrics: foundation.metrics,
            logger: foundation.logger.named("models"),
            time: foundation.time)
        prompts = PromptFolder(path: settings.promptsFolder)
        answerTokensMax = settings.models.answerTokensMax
        patience = settings.patience
        time = foundation.time
    }

    /// The summary; its `engine` says who made it. The tokens that a model used count also when its work was of no use.
    @inline(never)
    func summary(of order: ConversationSummaryOrder) async throws -> ConversationSummary {
        var usage = TokenUsage.none
        if let model = await models.current() {
            let chosen = order.model.map { model.named($0) } ?? model
            let result = await attempt(order, by: chosen)
            try Task.checkCancellation()
            switch result.outcome {
            case .success(let summary): return summary
            case .failure(let error):
                usage = result.usage
                logger.warning(
                    "a model did not summarise a conversation; the built-in engine does",
                    [
                        ("conversation.id", order.conversationID), ("account.id", order.accountID),
                        ("model.engine", "\(chosen.engine):\(chosen.name)"),
                        ("model.error", (error as? ModelError)?.code.description ?? "\(error)"),
                    ])
            }
        }
        var summary = BuiltInSummary.summary(of: order.turns)
        summary.inputTokens = usage.inputTokens
        summary.outputTokens = usage.outputTokens
        return summary
    }

    private struct Attempt: Sendable {
        var outcome: Result<ConversationSummary, any Error>
        var usage: TokenUsage
    }

    private func attempt(_ order: ConversationSummaryOrder, by model: any LanguageModel) async -> Attempt {
        await withTaskGroup(of: Attempt?.self) { group in
            group.addTask { [prompts, answerTokensMax] in
                var usage = TokenUsage.none
                do {
                    let template = try prompts.template("summarization")
                    let summary = ModelSummary(
                        model: model, prompts: SummaryPrompts(template, instructions: order.prompt),
                        answerTokensMax: answerTokensMax)
                    return Attempt(
                        outcome: .success(try await summary.summary(of: order.turns, usage: &usage)), usage: usage)
                } catch {
                    return Attempt(outcome: .failure(error), usage: usage)
                }
            }
            let patience = min(patience, order.modelSeconds.map { .seconds($0) } ?? patience)
            group.addTask { [time] in
                try? await time.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            if case .some(.some(let attempt)) = await group.next() { return attempt }
            // The cancelled attempt still tells what it has used.
            group.cancelAll()
            var usage = TokenUsage.none
            while let rest = await group.next() { usage += rest?.usage ?? .none }
            return Attempt(
                outcome: .failure(ModelError(.timeout, "The language model took too long.")), usage: usage)
        }
    }
}
