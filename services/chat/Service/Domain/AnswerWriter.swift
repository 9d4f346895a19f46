import LanguageModels
import Logs
import Metrics
import Platform

/// Makes answers and tells them event by event.
///
/// A language model answers when one is configured and reachable, the extractive engine otherwise, and also in place of a
/// model that fails before its first word. A model that fails later ends the answer with an `error`: half an answer is
/// never passed off as a whole one. When the listener goes away the task that runs this is cancelled, and with it the
/// model's work.
struct AnswerWriter: Sendable {
    typealias Listener = @Sendable (AnswerEvent) async throws -> Void

    let models: any ModelSource
    let extractive: ExtractiveDesk
    let prompts: PromptFolder
    let answerTokensMax: Int
    let cache: AnswerCache
    let sessions: StudySessions
    let metrics: ChatMetrics
    let logger: Logger
    let time: any TimeSource

    /// Tells the answer from `place` on and makes what is missing of it.
    func write(_ run: AnswerRun, from place: AnswerPosition.Place, to tell: @escaping Listener) async throws {
        let driver = run.takeOver()
        switch place {
        case .end: return
        case .citations: break
        case .text(let offset):
            try await tellKnown(run, from: offset, to: tell)
        }
        if run.outcome == nil {
            do {
                try await generate(run, driver, tell)
            } catch is AnswerRun.Superseded {
                return
            } catch {
                keepPartial(run)
                throw error
            }
        }
        try await tellOutcome(run, skipsCitations: place == .citations, to: tell)
    }

    private func tellKnown(_ run: AnswerRun, from offset: Int, to tell: @escaping Listener) async throws {
        if let rest = run.rest(from: offset) {
            if !rest.text.isEmpty { try await tell(.text(rest.text, end: rest.end)) }
        } else {
            try await tell(.reset)
            if let all = run.rest(from: 0), !all.text.isEmpty { try await tell(.text(all.text, end: all.end)) }
        }
    }

    private func tellOutcome(_ run: AnswerRun, skipsCitations: Bool, to tell: @escaping Listener) async throws {
        switch run.outcome {
        case .complete(let citations, let summary):
            if !skipsCitations { try await tell(.citations(citations)) }
            try await tell(.done(summary))
        case .failed(let code, let detail): try await tell(.failed(code: code, detail: detail))
        case nil: break
        }
    }

    // MARK: Making

    private func generate(_ run: AnswerRun, _ driver: Int, _ tell: @escaping Listener) async throws {
        let plan = run.plan
        var notices = plan.notices
        let template = try? prompts.template("study_answer")
        var model = plan.passages.isEmpty ? nil : await models.current()
        if model != nil, template == nil {
            logger.error("the prompt of study answers cannot be used; the extractive engine answers")
            model = nil
        }
        let key = AnswerCache.key(
            plan, engine: model?.engine ?? Self.extractiveEngine, model: model?.name ?? Self.extractiveModel,
            promptVersion: template?.version ?? 0)
        var draft = Draft(run: run, driver: driver, tell: tell, time: time)
        if let entry = await cache.find(key) {
            try await draft.add(entry.text)
            return try await finish(
                &draft, entry, engine: model?.engine ?? Self.extractiveEngine,
                model: model?.name ?? Self.extractiveModel, notices, isCached: true)
        }
        if let model, let template {
            do {
                let entry = try await modelAnswer(plan, model, template, &draft)
                await cache.keep(entry, under: key)
                return try await finish(
                    &draft, entry, engine: model.engine, model: model.name, notices, isCached: false)
            } catch let error as ModelError where error.code != .cancelled {
                logger.warning(
                    "a model failed",
                    [
                        ("model.engine", model.engine), ("model.name", model.name), ("model.error", "\(error.code)"),
                        ("message.id", plan.id.description),
                    ])
                logger.debug("what the model's server said", [("model.text", error.serverText ?? "")])
                guard draft.isEmpty else {
                    return try await fail(&draft, error, engine: model.engine)
                }
                metrics.recordFallback(engine: model.engine, reason: error.code.description)
                notices.append(
                    AnswerEvent.Notice(
                        code: error.code.description,
                        message: "The language model could not answer; these are sentences of your material instead."))
            }
        }
        let entry = try await extractiveAnswer(plan, &draft)
        // After a failed model the answer is kept under no key: the model may be back for the next question.
        if model == nil { await cache.keep(entry, under: key) }
        try await finish(
            &draft, entry, engine: Self.extractiveEngine, model: Self.extractiveModel, notices, isCached: false)
    }

    static let extractiveEngine = "extractive"
    static let extractiveModel = "built-in"

    private func extractiveAnswer(_ plan: AnswerPlan, _ draft: inout Draft) async throws -> AnswerCache.Entry {
        let answer = await extractive.answer(plan)
        let pieces = answer.pieces(for: plan.question)
        for piece in pieces { try await draft.add(piece) }
        return AnswerCache.Entry(
            text: pieces.joined(), citations: answer.citations, isFound: answer.isFound, finishReason: "stop")
    }

    private func modelAnswer(
        _ plan: AnswerPlan, _ model: any LanguageModel, _ template: PromptTemplate, _ draft: inout Draft
    ) async throws -> AnswerCache.Entry {
        let study = StudyPrompt(
            template: template, question: plan.question, conversation: plan.conversation, passages: plan.passages,
            budget: ContextBudget(contextTokens: model.contextTokens, answerTokens: answerTokensMax),
            options: ModelOptions(temperature: 0.2, answerTokensMax: answerTokensMax, seed: plan.seed))
        var filter = AnswerFilter(passageCount: study.passageCount)
        var finish: ModelFinish?
        for try await event in try await model.stream(study.prompt) {
            switch event {
            case .text(let piece): try await draft.add(filter.consume(piece))
            case .finished(let end): finish = end
            }
        }
        guard let finish else { throw ModelError(.cutOff, "The model's answer was cut off.") }
        try await draft.add(filter.finish())
        guard !draft.isEmpty else { throw ModelError(.malformedReply, "The model gave an empty answer.") }
        let text = draft.text
        let citations = CitationFinder.citations(numbers: filter.citedNumbers, in: text, passages: plan.passages)
        return AnswerCache.Entry(
            text: text, citations: citations, isFound: !citations.isEmpty,
            finishReason: finish.reason == .length ? "length" : "stop")
    }

    // MARK: Ending

    private func finish(
        _ draft: inout Draft, _ entry: AnswerCache.Entry, engine: String, model: String,
        _ notices: [AnswerEvent.Notice], isCached: Bool
    ) async throws {
        let plan = draft.run.plan
        let summary = AnswerSummary(
            messageID: plan.id, sessionID: plan.sessionID, engine: engine, model: model, isFound: entry.isFound,
            isCached: isCached, finishReason: entry.finishReason, notices: notices, searchTime: plan.searchTime,
            firstTokenTime: draft.firstTextAfter ?? .zero, totalTime: time.monotonic - plan.began)
        metrics.recordAnswer(engine: engine, outcome: isCached ? "cached" : entry.isFound ? "found" : "not_found")
        if let first = draft.firstTextAfter { metrics.observeFirstToken(engine: engine, first) }
        try draft.run.finish(.complete(entry.citations, summary), driver: draft.driver)
        try await sessions.finish(
            plan, status: .complete, text: entry.text, citations: entry.citations, summary: summary.json)
    }

    private func fail(_ draft: inout Draft, _ error: ModelError, engine: String) async throws {
        metrics.recordAnswer(engine: engine, outcome: "failed")
        try draft.run.finish(
            .failed(code: error.code.description, detail: error.message), driver: draft.driver)
        try await sessions.finish(draft.run.plan, status: .failed, text: draft.text, citations: [], summary: nil)
    }

    /// Stores what there is of an answer whose listener has gone.
    private func keepPartial(_ run: AnswerRun) {
        guard run.outcome == nil else { return }
        metrics.recordAnswer(engine: "any", outcome: "interrupted")
        let (sessions, logger, plan, text) = (self.sessions, self.logger, run.plan, run.text)
        // Owned by nobody: the listener's task is cancelled, which would cancel this write with it. It ends with the one
        // statement; a failure only means that the history shows an interrupted answer without its text.
        Task.detached {
            do {
                try await sessions.finish(plan, status: .interrupted, text: text, citations: [], summary: nil)
            } catch {
                logger.warning("an interrupted answer could not be stored", [("error", "\(error)")])
            }
        }
    }
}

/// What one generation has produced.
private struct Draft {
    let run: AnswerRun
    let driver: Int
    let tell: AnswerWriter.Listener
    let time: any TimeSource
    private var bytes: [UInt8] = []
    private(set) var firstTextAfter: Duration?

    init(run: AnswerRun, driver: Int, tell: @escaping AnswerWriter.Listener, time: any TimeSource) {
        self.run = run
        self.driver = driver
        self.tell = tell
        self.time = time
    }

    var isEmpty: Bool { bytes.isEmpty }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func add(_ piece: String) async throws {
        guard !piece.isEmpty else { return }
        if firstTextAfter == nil { firstTextAfter = time.monotonic - run.plan.began }
        bytes.append(contentsOf: piece.utf8)
        switch try run.merge(generated: bytes, driver: driver) {
        case .known: break
        case .new(let text, let end): try await tell(.text(text, end: end))
        case .other(let text, let end):
            try await tell(.reset)
            try await tell(.text(text, end: end))
        }
    }
}
