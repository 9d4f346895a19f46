import LanguageModels
import Platform

/// Everything an answer is made from, gathered before its first byte is sent. Enough to make it again after an
/// interruption.
struct AnswerPlan: Sendable {
    /// Also the id of the message that is stored.
    let id: Identifier
    let userID: Identifier
    let sessionID: Identifier
    let question: String
    /// The question before this one in the conversation.
    let earlier: String?
    let conversation: [ModelMessage]
    let passages: [SourcePassage]
    let scope: String
    let contentVersion: String
    let notices: [AnswerEvent.Notice]
    /// When the question came in, and how long the search took.
    let began: MonotonicInstant
    let searchTime: Duration

    /// The same question about the same material gives the same seed, so that a repeated generation is as alike as the
    /// model can make it.
    var seed: Int { question.utf8.reduce(17) { ($0 &* 31 &+ Int($1)) & 0x7FFF_FFFF } }
}
