import Contracts
import JSONCoding
import LanguageModels

/// A summary by a language model: of a short conversation at once, of a long one part by part (map) and then of the notes
/// (reduce). Every quote is looked up in the conversation; a point whose quote was never said is dropped.
struct ModelSummary: Sendable {
    static let pointsMax = 10
    /// Of one part of a long conversation.
    static let partPointsMax = 6
    static let actionItemsMax = 15
    /// Parts that are read at the same time: more would only queue up at a server in the house.
    static let parallelMax = 2
    /// A conversation of more parts is not given to a model: it would take hours.
    static let partsMax = 100

    let model: any LanguageModel
    let prompts: SummaryPrompts
    let answerTokensMax: Int

    /// - Parameter usage: grows by what was used, also on failure.
    /// - Throws: `ModelError`.
    func summary(of turns: [ConversationTurn], usage: inout TokenUsage) async throws -> ConversationSummary {
        let budget = prompts.materialTokens(contextTokens: model.contextTokens, answerTokens: answerTokensMax)
        guard budget >= 200 else {
            throw ModelError(.refusedRequest, "The language model's context is too small for the prompt.")
        }
        let lines = TranscriptLine.all(of: turns, mark: prompts.mark, tokensMax: budget / 2)
        let chunks = TranscriptLine.chunks(of: lines, tokensMax: budget)
        let finder = QuoteFinder(turns)
        guard chunks.count <= Self.partsMax else {
            throw ModelError(.refusedRequest, "The conversation is too long for the language model.")
        }
        guard let first = chunks.first else {
            throw ModelError(.refusedRequest, "There is nothing to summarise.")
        }
        var result: SummaryNotes
        if chunks.count == 1 {
            let answer = try await ask(prompts.whole(first), SummaryNotes.wholeSchema, usage: &usage)
            result = SummaryNotes(answer, of: first, turns: turns, finder: finder)
        } else {
            let notes = try await read(chunks, turns: turns, finder: finder, usage: &usage)
            result = try await reduce(notes, budget: budget, usage: &usage)
        }
        // Without a single true quote the text is not to be trusted, either.
        guard !result.points.isEmpty, !result.text.isEmpty else {
            throw ModelError(.unusableAnswer, "The language model quoted nothing that was said.")
        }
        return ConversationSummary(
            text: result.text, keyPoints: Array(result.points.prefix(Self.pointsMax)),
            actionItems: Array(result.actionItems.prefix(Self.actionItemsMax)),
            engine: "\(model.engine):\(model.name)", inputTokens: usage.inputTokens, outputTokens: usage.outputTokens)
    }

    // MARK: Map

    private func read(
        _ chunks: [[TranscriptLine]], turns: [ConversationTurn], finder: QuoteFinder, usage: inout TokenUsage
    ) async throws -> SummaryNotes {
        var parts = [SummaryNotes](repeating: SummaryNotes(), count: chunks.count)
        var spent = TokenUsage.none
        defer { usage += spent }
        try await withThrowingTaskGroup(of: PartResult.self) { group in
            var next = 0
            func addNext() {
                guard next < chunks.count else { return }
                let index = next
                next += 1
                group.addTask {
                    var usage = TokenUsage.none
                    do {
                        let prompt = prompts.part(index + 1, of: chunks.count, chunks[index])
                        let answer = try await ask(prompt, SummaryNotes.partSchema, usage: &usage)
                        let notes = SummaryNotes(answer, of: chunks[index], turns: turns, finder: finder)
                        return PartResult(index: index, usage: usage, notes: .success(notes))
                    } catch {
                        return PartResult(index: index, usage: usage, notes: .failure(error))
                    }
                }
            }
            for _ in 0..<Self.parallelMax { addNext() }
            while let part = try await group.next() {
                spent += part.usage
                parts[part.index] = try part.notes.get()
                addNext()
            }
        }
        return parts.reduce(into: SummaryNotes()) { $0.append($1) }
    }

    private struct PartResult: Sendable {
        let index: Int
        let usage: TokenUsage
        let notes: Result<SummaryNotes, any Error>
    }

    // MARK: Reduce

    private func reduce(
        _ notes: SummaryNotes, budget: Int, usage: inout TokenUsage
    ) async throws -> SummaryNotes {
        var notes = notes
        // Notes that do not fit are thinned out first, group by group; each round leaves at most half of them.
        while ContextBudget.tokens(of: notes.listing) > budget, notes.points.count > Self.pointsMax {
            var thinner = SummaryNotes()
            for group in notes.groups(tokensMax: budget) {
                let keep = max(group.points.count / 2, 1)
                let answer = try await ask(
                    prompts.reduce(group, pointsMax: keep), SummaryNotes.reducedSchema, usage: &usage)
                var kept = group.reduced(by: answer, pointsMax: keep)
                kept.text = ""
                thinner.append(kept)
            }
            notes = thinner
        }
        let answer = try await ask(
            prompts.reduce(notes, pointsMax: Self.pointsMax), SummaryNotes.reducedSchema, usage: &usage)
        return notes.reduced(by: answer, pointsMax: Self.pointsMax)
    }

    private func ask(
        _ prompt: SummaryPrompts.Question, _ schema: JSONSchema, usage: inout TokenUsage
    ) async throws -> JSONValue {
        try await model.structured(
            ModelPrompt(
                system: prompt.system, messages: [ModelMessage(.user, prompt.user)],
                options: ModelOptions(temperature: 0, answerTokensMax: answerTokensMax, seed: 1)),
            schema: schema, name: "summary", usage: &usage)
    }
}
