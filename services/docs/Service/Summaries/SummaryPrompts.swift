import LanguageModels

/// The questions that a summary takes, from `prompts/summarization.txt`.
struct SummaryPrompts: Sendable {
    struct Question: Sendable, Hashable {
        let system: String
        let user: String
    }

    /// A random text that delimits the conversation.
    let mark: String
    private let template: PromptTemplate
    private let instructions: String

    /// - Parameter instructions: an account's own words on how to summarise, in place of the file's. The rules on quotes and
    ///   delimiters hold either way.
    init(_ template: PromptTemplate, instructions: String?, mark: String = StudyPrompt.makeMark()) {
        self.template = template
        self.mark = mark
        self.instructions = instructions ?? template.part("instructions")
    }

    /// How many tokens of a conversation fit beside the prompt and the answer.
    func materialTokens(contextTokens: Int, answerTokens: Int) -> Int {
        // A correction shows the model its wrong answer once more; the schema is named in the prompt.
        let schemaTokens = 300
        let longest = ["whole", "map", "reduce"].map { ContextBudget.tokens(of: template.part($0)) }.max() ?? 0
        return contextTokens - 2 * answerTokens - ContextBudget.tokens(of: system) - longest - schemaTokens
    }

    func whole(_ lines: [TranscriptLine]) -> Question {
        question("whole", ["transcript": Self.text(lines), "points": "\(ModelSummary.pointsMax)"])
    }

    func part(_ number: Int, of count: Int, _ lines: [TranscriptLine]) -> Question {
        question(
            "map",
            [
                "transcript": Self.text(lines), "points": "\(ModelSummary.partPointsMax)", "part": "\(number)",
                "parts": "\(count)",
            ])
    }

    func reduce(_ notes: SummaryNotes, pointsMax: Int) -> Question {
        // The notes are a model's words on the conversation and no more to be trusted than that.
        let listing = notes.listing.split(separator: mark).joined()
        return question("reduce", ["notes": listing, "points": "\(pointsMax)"])
    }

    private var system: String { "\(instructions)\n\n\(template.part("rules", values: ["mark": mark]))" }

    private func question(_ part: String, _ values: [String: String]) -> Question {
        Question(system: system, user: template.part(part, values: values.merging(["mark": mark]) { $1 }))
    }

    private static func text(_ lines: [TranscriptLine]) -> String { lines.map(\.text).joined(separator: "\n") }
}
