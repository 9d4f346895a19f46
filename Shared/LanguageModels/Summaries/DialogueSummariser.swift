package import Retrieval

/// Summarises a conversation by what was said in it: the customer's issue, the points around which it turned, and what was
/// promised. Needs no model.
///
/// Time and memory grow with the conversation; call it on a thread that may be busy.
package struct DialogueSummariser: Sendable {
    /// Of a longer conversation the beginning is summarised.
    package static let sentencesMax = 50_000
    package static let pointsMax = 10
    package static let commitmentsMax = 8

    private let splitter: SentenceSplitter

    /// - Parameter splitter: Speech that was written down may have no punctuation; what is longer than its limit is cut between
    ///   words.
    package init(splitter: SentenceSplitter = SentenceSplitter(bytesMax: 320)) { self.splitter = splitter }

    /// The summary of the turns, which are in order of time.
    package func summary(of turns: [DialogueTurn]) -> DialogueSummary {
        let talk = Talk(turns, splitter: splitter)
        guard !talk.sentences.isEmpty else { return DialogueSummary(issue: nil, points: [], commitments: []) }
        let scores = talk.scores()
        let issue = talk.issue(scores)
        let commitments = SummarySelection.pick(
            Self.commitmentsMax, by: talk.commitmentScores(scores), from: talk.graph)
        // More for longer conversations, but a summary stays a page.
        let count = min(max(talk.sentences.count / 5, 3), Self.pointsMax)
        // The issue is always one of the points, and the others are chosen beside it.
        let points = SummarySelection.pick(
            count, beginningWith: issue, by: scores, from: talk.graph, closeness: talk.closeness)
        return DialogueSummary(
            issue: issue.map(talk.quote), points: points.map(talk.quote), commitments: commitments.map(talk.quote))
    }
}

/// A conversation taken apart.
private struct Talk {
    struct Sentence {
        let text: String
        let turn: Int
        let cues: DialogueCues
    }

    /// With so few words that carry meaning a sentence with a greeting or thanks is nothing else.
    private static let politeInformation = 4

    let turns: [DialogueTurn]
    let sentences: [Sentence]
    let graph: SentenceGraph

    init(_ turns: [DialogueTurn], splitter: SentenceSplitter) {
        var sentences: [Sentence] = []
        var lists: [WordList] = []
        for (number, turn) in turns.enumerated() where sentences.count < DialogueSummariser.sentencesMax {
            for text in splitter.sentences(in: turn.text) {
                let list = WordList(text)
                lists.append(list)
                sentences.append(
                    Sentence(
                        text: PassageSentence.normalised(text), turn: number, cues: DialogueCues(text, words: list)))
            }
        }
        var vocabulary = SummaryVocabulary(lists)
        graph = SentenceGraph(lists.map { vocabulary.numbers(of: $0) })
        self.turns = turns
        self.sentences = sentences
    }

    func quote(_ index: Int) -> DialogueSummary.Quote {
        let sentence = sentences[index]
        let turn = turns[sentence.turn]
        return DialogueSummary.Quote(
            text: sentence.text, turn: sentence.turn, role: turn.role, atSeconds: turn.atSeconds)
    }

    /// How much each sentence tells about the conversation; 0 for greetings and the like.
    func scores() -> [Float] {
        zip(graph.ranks(), sentences.indices).map { rank, index in
            let information = graph.informationCounts[index]
            guard information >= TextSummariser.informationMin else { return 0 }
            let cues = sentences[index].cues
            var score = rank * min(Float(information) / 6, 1).squareRoot()
            if cues.isConcern { score *= turns[sentences[index].turn].role == .customer ? 1.5 : 1.15 }
            if cues.isConclusion { score *= 1.3 }
            // A call begins with the agent's greeting.
            if sentences[index].turn == 0, turns[0].role == .agent { score *= 0.5 }
            // A question is rarely what a conversation came to.
            if cues.isQuestion { score *= 0.7 }
            if cues.isCourtesy { score *= information <= Self.politeInformation ? 0.25 : 0.8 }
            if cues.isIdentification, !cues.isConcern { score *= 0.5 }
            return score
        }
    }

    /// The sentence with which the customer says what it is about: early, with a word that names a problem or a wish, and no
    /// mere yes, thanks or name.
    func issue(_ scores: [Float]) -> Int? {
        let top = max(scores.max() ?? 1, .leastNormalMagnitude)
        var best: (index: Int, value: Float)?
        var place = -1
        var lastTurn = -1
        for index in sentences.indices where turns[sentences[index].turn].role == .customer {
            let cues = sentences[index].cues
            let information = graph.informationCounts[index]
            guard information >= (cues.isConcern || cues.isQuestion ? 1 : TextSummariser.informationMin) else {
                continue
            }
            // Turns of nothing but politeness do not count as the beginning.
            if sentences[index].turn != lastTurn, !cues.isCourtesy || information > Self.politeInformation {
                place += 1
                lastTurn = sentences[index].turn
            }
            let value = issueValue(cues, information, rank: scores[index] / top, place: max(place, 0))
            if value > best?.value ?? 0 { best = (index, value) }
        }
        return best?.index
    }

    /// - Parameter place: Of the turn among the customer's.
    private func issueValue(_ cues: DialogueCues, _ information: Int, rank: Float, place: Int) -> Float {
        var cue: Float = cues.isQuestion ? 0.45 : 0.15
        if cues.isWish { cue = 0.8 }
        if cues.isProblem { cue = cues.isWish ? 1.2 : 1 }
        var value = cue * (0.5 + 0.5 * min(Float(information) / 5, 1)) + 0.3 * rank
        if cues.isCourtesy { value *= information <= Self.politeInformation ? 0.1 : 0.8 }
        if cues.isIdentification, !cues.isProblem { value *= 0.4 }
        // In the first turns a yes only takes up the call.
        if place > 0 {
            if cues.isConfirmation { value *= 0.5 }
            if cues.isCommitment { value *= 0.5 }
        }
        return value / (1 + 0.35 * Float(place))
    }

    /// Only sentences that undertake something; later ones count more, because they are what it came to.
    func commitmentScores(_ scores: [Float]) -> [Float] {
        sentences.indices.map { index in
            guard sentences[index].cues.isCommitment, graph.informationCounts[index] >= 2 else { return 0 }
            return (0.3 + scores[index]) * (0.6 + 0.4 * Float(index + 1) / Float(sentences.count))
        }
    }

    /// Points from all over the conversation are wanted, not ten from one minute of it.
    func closeness(_ one: Int, _ other: Int) -> Float {
        let distance = abs(sentences[one].turn - sentences[other].turn)
        let span = max(turns.count / DialogueSummariser.pointsMax, 3)
        return 0.6 * max(0, 1 - Float(distance) / Float(span))
    }
}
