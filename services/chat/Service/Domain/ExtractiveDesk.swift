import LanguageModels
import Platform

/// Where extractive answers are worked out: a few milliseconds of arithmetic each, on a thread of its own, so that no event
/// loop stands still meanwhile.
actor ExtractiveDesk {
    private let executor = BlockingExecutor(name: "extractive")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let engine = ExtractiveAnswerer()

    // Not inlined: the optimiser of Swift 6.3 fails on an actor's method inside a caller on another executor.
    @inline(never)
    func answer(_ plan: AnswerPlan) -> ExtractiveAnswer {
        engine.answer(question: plan.question, earlier: plan.earlier, passages: plan.passages)
    }
}
