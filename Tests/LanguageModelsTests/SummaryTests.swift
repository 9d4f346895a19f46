import LanguageModels
import Retrieval
import Testing

@Suite struct `Summaries by graph ranking` {
    private let text = """
        Bees pollinate most of the fruit that people grow. A bee visits about two thousand flowers on one day. \
        Farmers rent hives of bees so that their fruit trees are pollinated. The weather was fine. Without bees to \
        pollinate the flowers, farmers would harvest hardly any fruit. Bees pollinate most of the fruit people grow. \
        The museum opens at ten. Pesticides harm bees, and so the harvest of fruit falls where farmers spray flowers.
        """

    @Test func `sentences that belong together are chosen, those about something else are not`() {
        let chosen = TextSummariser().sentences(3, of: text)
        #expect(chosen.count == 3)
        #expect(!chosen.contains { $0.contains("museum") || $0.contains("weather") })
    }

    @Test func `nothing is said twice, and the order is that of the text`() {
        let chosen = TextSummariser().sentences(5, of: text)
        #expect(chosen.count { $0.contains("pollinate most of the fruit") } <= 1)
        let places = chosen.compactMap { text.firstRange(of: $0)?.lowerBound }
        #expect(places.count == chosen.count)
        #expect(places == places.sorted())
    }

    @Test(arguments: ["", " \n ", "Hi.", "?!", "一二三"])
    func `little text gives little`(text: String) {
        #expect(TextSummariser().sentences(3, of: text).count <= 1)
    }

    @Test func `other languages are summarised, too`() {
        let german = """
            Die Heizung in der Wohnung ist seit Montag kalt. Der Vermieter schickt morgen einen Techniker für die Heizung. \
            Das Wetter war schön. Der Techniker prüft die Heizung und den Kessel in der Wohnung.
            """
        let chosen = TextSummariser().sentences(2, of: german)
        #expect(chosen.count == 2)
        #expect(chosen.allSatisfy { $0.contains("Heizung") })
    }
}

@Suite struct `Summaries of conversations` {
    /// A call of our own invention.
    static let call: [DialogueTurn] = [
        DialogueTurn(
            role: .agent, text: "Good morning, this is the support line. How can I help you today?", atSeconds: 0),
        DialogueTurn(role: .customer, text: "Hi, good morning.", atSeconds: 4),
        DialogueTurn(
            role: .customer,
            text: "Um, I have a problem with my invoice, the electricity invoice for March shows two meters.",
            atSeconds: 6),
        DialogueTurn(role: .agent, text: "Okay. Thanks. Could you tell me your customer number?", atSeconds: 15),
        DialogueTurn(role: .customer, text: "It is 44 18 20.", atSeconds: 20),
        DialogueTurn(
            role: .agent,
            text: "Thank you. I can see that the second meter on the March invoice belongs to your neighbour.",
            atSeconds: 30),
        DialogueTurn(
            role: .customer, text: "Right, so I paid 80 euros too much for a meter that is not mine.", atSeconds: 38),
        DialogueTurn(
            role: .agent,
            text: "I will send you a corrected invoice by Friday, and we'll return the 80 euros to your account.",
            atSeconds: 45),
        DialogueTurn(role: .customer, text: "Great, thank you. Bye.", atSeconds: 55),
        DialogueTurn(role: .agent, text: "Goodbye!", atSeconds: 58),
    ]

    @Test func `issue, points and promises are found, each with its words and time`() throws {
        let summary = DialogueSummariser().summary(of: Self.call)
        let issue = try #require(summary.issue)
        #expect(issue.text.contains("problem with my invoice"))
        #expect(issue.role == .customer)
        #expect(issue.atSeconds == 6)
        #expect(summary.points.contains(issue))
        let promise = try #require(summary.commitments.first)
        #expect(summary.commitments.count == 1)
        #expect(promise.text.hasPrefix("I will send you a corrected invoice by Friday"))
        #expect(promise.role == .agent)
        #expect(!summary.points.contains { $0.text.contains("Good morning") || $0.text.contains("Goodbye") })
        check(summary, of: Self.call)
    }

    @Test(arguments: CallFixture.all)
    func `what the caller wants is found early, and politeness is not taken for it`(call: CallFixture) throws {
        let summary = DialogueSummariser().summary(of: call.turns)
        let issue = try #require(summary.issue)
        #expect(call.concern.contains { issue.text.contains($0) }, "\(issue.text)")
        #expect(issue.role == .customer)
        #expect(summary.points.contains(issue))
        for part in call.points {
            #expect(summary.points.contains { $0.text.contains(part) }, "\(part) in \(summary.points.map(\.text))")
        }
        for part in call.promises {
            #expect(summary.commitments.contains { $0.text.contains(part) }, "\(part)")
        }
        for part in call.never {
            #expect(!(summary.points + summary.commitments).contains { $0.text.contains(part) }, "\(part)")
        }
        check(summary, of: call.turns)
    }

    /// Every quote stands in the turn it names, and nothing comes twice.
    private func check(_ summary: DialogueSummary, of turns: [DialogueTurn]) {
        for quote in summary.points + summary.commitments {
            let own = turns[quote.turn].text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(own.contains(quote.text))
            #expect(turns[quote.turn].atSeconds == quote.atSeconds)
            #expect(turns[quote.turn].role == quote.role)
        }
        #expect(Set(summary.points).count == summary.points.count)
        #expect(summary.points.map(\.turn) == summary.points.map(\.turn).sorted())
    }

    @Test func `questions are no promises`() {
        let turns = [
            DialogueTurn(role: .customer, text: "Will you send the blue kettle before Friday evening?", atSeconds: 0),
            DialogueTurn(role: .agent, text: "I'll send the blue kettle on Thursday morning.", atSeconds: 3),
        ]
        let summary = DialogueSummariser().summary(of: turns)
        #expect(summary.commitments.map(\.turn) == [1])
    }

    @Test(arguments: [[], ["hello"], ["", " ", "?"], ["ok", "ok", "bye"]])
    func `conversations without content have no points`(texts: [String]) {
        let turns = texts.map { DialogueTurn(role: .customer, text: $0, atSeconds: 1) }
        let summary = DialogueSummariser().summary(of: turns)
        #expect(summary.points.isEmpty)
        #expect(summary.issue == nil)
        #expect(summary.commitments.isEmpty)
    }

    @Test func `speech without any punctuation is cut into quotes of bearable length`() {
        let words = (0..<600).map { "word\($0 % 97)" }.joined(separator: " ")
        let turns = [DialogueTurn(role: .customer, text: words, atSeconds: 0)]
        let summary = DialogueSummariser().summary(of: turns)
        #expect(!summary.points.isEmpty)
        for point in summary.points { #expect(point.text.utf8.count <= 320) }
        check(summary, of: turns)
    }

    @Test func `the points of a long call come from all over it`() {
        let subjects = ["invoice", "router", "contract", "moving house", "telephone number"]
        let turns = (0..<1_000).map { index in
            let subject = subjects[index / 200]
            return DialogueTurn(
                role: index.isMultiple(of: 2) ? .customer : .agent,
                text:
                    "About the \(subject) again, detail \(index % 37) of the \(subject) differs from page \(index % 11).",
                atSeconds: Double(index * 10))
        }
        let summary = DialogueSummariser().summary(of: turns)
        #expect(summary.points.count == DialogueSummariser.pointsMax)
        for subject in subjects { #expect(summary.points.contains { $0.text.contains(subject) }) }
        check(summary, of: turns)
    }
}
