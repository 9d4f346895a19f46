/// What phrases say about a sentence of a conversation: what troubles people, what they will do, what is mere politeness.
/// Without any of them (another language) the ranking alone decides.
struct DialogueCues {
    /// Says that something is not as it should be.
    let isProblem: Bool
    /// Says what somebody wants.
    let isWish: Bool
    /// Undertakes something, or asks somebody to do it.
    let isCommitment: Bool
    /// Agrees or concludes.
    let isConclusion: Bool
    /// Only asks.
    let isQuestion: Bool
    /// Greets, thanks, takes leave, offers help: said in any conversation.
    let isCourtesy: Bool
    /// Answers a question with yes, or says that all is well.
    let isConfirmation: Bool
    /// Says who is calling.
    let isIdentification: Bool

    /// Names a problem or a wish.
    var isConcern: Bool { isProblem || isWish }

    init(_ sentence: String, words: WordList) {
        let words = words.words.map(\.text)
        let isPolite = DialoguePhrases.courtesies.stands(in: words)
        isQuestion = sentence.hasSuffix("?") || sentence.hasSuffix("？") || sentence.hasSuffix("؟")
        isProblem = DialoguePhrases.problems.stands(in: words) && !DialoguePhrases.noProblems.stands(in: words)
        isWish = DialoguePhrases.wishes.stands(in: words)
        isCourtesy = isPolite && !isProblem && !isWish
        isCommitment =
            !isQuestion && DialoguePhrases.commitments.stands(in: words)
            && !DialoguePhrases.steps.stands(in: words) && !isPolite
        isConclusion = !isQuestion && DialoguePhrases.conclusions.stands(in: words)
        isConfirmation = DialoguePhrases.confirmations.begins(words)
        isIdentification = DialoguePhrases.identifications.stands(in: words)
    }
}
