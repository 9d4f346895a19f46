/// Puts the prompt of a study answer together: the passages apart from everything else, as much as fits.
///
/// A lecture may contain text that pretends to be an instruction (OWASP LLM01). Each passage stands between lines with a
/// mark that is random for each prompt, so that no text can forge its end, and the rules say what that means. What the
/// model then writes is filtered by `AnswerFilter` whatever it was told.
package struct StudyPrompt: Sendable {
    package let prompt: ModelPrompt
    /// How many of the passages the model sees: those after them did not fit.
    package let passageCount: Int

    /// - Parameters:
    ///   - conversation: earlier turns, oldest first; the oldest are left out when there is no room.
    ///   - mark: a random text; `makeMark` unless a test wants to know it.
    package init(
        template: PromptTemplate, question: String, conversation: [ModelMessage], passages: [SourcePassage],
        budget: ContextBudget, options: ModelOptions, mark: String = StudyPrompt.makeMark()
    ) {
        let blocks = passages.enumerated().map { Self.block(number: $0.offset + 1, $0.element, mark: mark) }
        let system = template.part("system", values: ["mark": mark, "sentences": "6"])
        let bare = template.part("user", values: ["question": question, "passages": "", "mark": mark])
        let fixed = ContextBudget.tokens(of: system) + ContextBudget.tokens(of: bare)
        let count = budget.fittingCount(of: blocks, beside: fixed)
        let material = blocks.prefix(count)
        let user = template.part(
            "user", values: ["question": question, "passages": material.joined(separator: "\n\n"), "mark": mark])
        let used = ContextBudget.tokens(of: system) + ContextBudget.tokens(of: user)
        let turns = conversation.reversed().map(\.content)
        let kept = budget.fittingCount(of: turns, beside: used)
        passageCount = count
        prompt = ModelPrompt(
            system: system, messages: conversation.suffix(kept) + [ModelMessage(.user, user)], options: options)
    }

    private static func block(number: Int, _ passage: SourcePassage, mark: String) -> String {
        let place = passage.heading.isEmpty ? passage.lectureName : "\(passage.lectureName) › \(passage.heading)"
        let text = passage.text.split(separator: mark).joined()
        return """
            ===== \(mark) passage [\(number)] from \(PassageSentence.normalised(place)) =====
            \(text)
            ===== \(mark) end of passage [\(number)] =====
            """
    }

    /// 64 random bits as text.
    package static func makeMark() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}
