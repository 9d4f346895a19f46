import Contracts
import LanguageModels

/// A summary in the conversation's own words, without any model.
enum BuiltInSummary {
    static let engine = "built-in"

    static func summary(of turns: [ConversationTurn]) -> ConversationSummary {
        let found = DialogueSummariser().summary(
            of: turns.map {
                DialogueTurn(role: $0.speaker == .agent ? .agent : .customer, text: $0.text, atSeconds: $0.atSeconds)
            })
        let points = found.points.map {
            ConversationSummary.KeyPoint(text: statement($0), quote: $0.text, atSeconds: $0.atSeconds)
        }
        return ConversationSummary(
            text: text(found), keyPoints: points, actionItems: found.commitments.map(statement), engine: engine,
            inputTokens: 0, outputTokens: 0)
    }

    private static func text(_ found: DialogueSummary) -> String {
        var paragraphs: [String] = []
        if let issue = found.issue { paragraphs.append("The user's concern: “\(bare(issue.text))”") }
        let rest = found.points.filter { $0 != found.issue && !found.commitments.contains($0) }
        if !rest.isEmpty { paragraphs.append("What was said. " + rest.map(statement).joined(separator: " ")) }
        if !found.commitments.isEmpty {
            paragraphs.append("What was agreed. " + found.commitments.map(statement).joined(separator: " "))
        }
        return paragraphs.isEmpty ? "Nothing was said that could be summarised." : paragraphs.joined(separator: "\n\n")
    }

    /// `Agent: We refund the second charge.`
    private static func statement(_ quote: DialogueSummary.Quote) -> String {
        let words = bare(quote.text)
        let isClosed = words.last.map { ".!?…。！？".contains($0) } ?? true
        return (quote.role == .agent ? "Agent: " : "User: ") + words + (isClosed ? "" : ".")
    }

    /// A sentence without the sounds and words with which speech begins, and with a capital.
    private static func bare(_ sentence: String) -> String {
        var words = sentence.split(separator: " ")[...]
        while words.count > 3, let first = words.first,
            fillers.contains(first.lowercased().filter { $0.isLetter })
        {
            words = words.dropFirst()
        }
        let text = words.joined(separator: " ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    private static let fillers: Set<String> = [
        "um", "uh", "uhm", "hmm", "oh", "ah", "okay", "ok", "well", "so", "yeah", "yes", "alright", "and", "but", "äh",
        "ähm", "also", "ja", "euh", "bueno", "pues",
    ]
}
