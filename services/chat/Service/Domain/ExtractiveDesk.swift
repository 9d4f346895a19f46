import LanguageModels
import Platform

/// Where extractive answers are worked out: a few milliseconds of arithmetic each, on a thread of its own, so that no event
/// loop stands still meanwhile.
actor ExtractiveDesk {
    private let executor = BlockingExecutor(name: "extractive")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let engine = ExtractiveAnswerer()

    func answer(_ plan: AnswerPlan) async -> ExtractiveAnswer {
        await engine.answer(question: plan.question, earlier: plan.earlier, passages: plan.passages)
    }
}
