import Contracts
import Testing

@testable import DocsService

@Suite("Quotes of a conversation")
struct QuoteFinderTests {
    private let finder = QuoteFinder([
        ConversationTurn(speaker: .agent, text: "Good  morning,\nhow are you?", atSeconds: 0),
        ConversationTurn(speaker: .user, text: "I can’t start my “old” car – it’s broken.", atSeconds: 5),
        ConversationTurn(speaker: .user, text: "Good morning, how odd. Привет, как дела?", atSeconds: 9),
    ])

    @Test(
        "the conversation's own words are given back",
        arguments: [
            ("I can't start my \"old\" car", 2, "I can’t start my “old” car", 1),
            ("“IT'S BROKEN.”", 2, "it’s broken.", 1), ("car - it’s", 2, "car – it’s", 1),
            ("good morning, how", 1, "Good morning, how", 0), ("good morning, how", 3, "Good morning, how", 2),
            ("how  are   you", 3, "how are you", 0), ("привет, как", 3, "Привет, как", 2),
        ])
    func found(quote: String, turn: Int, expected: String, place: Int) {
        #expect(finder.find(quote, turn: turn, within: 1...3) == QuoteFinder.Found(quote: expected, turn: place))
    }

    @Test(
        "what was not said so is none",
        arguments: [
            "I cannot start my old car", "tart my", "start m", "morning how are", "hi", "", "“…”", "you", "   ",
        ])
    func notFound(quote: String) {
        #expect(finder.find(quote, turn: 1, within: 1...3) == nil)
    }

    @Test("a number of a turn that there is not does no harm", arguments: [Int.min, -1, 0, 4, Int.max])
    func strangeNumbers(turn: Int) {
        #expect(finder.find("how are you", turn: turn, within: 1...3)?.turn == 0)
        #expect(finder.find("how are you", turn: turn, within: 2...9) == nil)
    }
}
