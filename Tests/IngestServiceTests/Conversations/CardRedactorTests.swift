import Contracts
import Testing

@testable import IngestService

struct CardRedactorTests {
    @Test(arguments: [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111",
        "4111, 1111, 1111, 1111",
        "3782 822463 10005", "6011000990139424", "4222222222222", "6304000000000000018", "41 11 11 11 11 11 11 11",
        "４１１１１１１１１１１１１１１１", "٤١١١١١١١١١١١١١١١", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4111\u{a0}1111\u{2011}1111 1111",
        "four one one one one one one one one one one one one one one one",
        "Four, triple one, one one double one, one one one one, 1111", "four double one one one one 11 1111 1111",
        "five five oh oh oh oh oh oh oh oh oh oh oh oh o four",
        "forty-one eleven, eleven eleven, eleven eleven, eleven eleven", "4111 and then 1111 and 1111, uh, 1111",
        "four triple 1, double 1 double 1 triple 1 one one one one one", "4111 ... 1111 … 1111 / 1111",
        "fifty five fifty-five fifty five fifty five fifty five fifty five forty-four forty-four",
        "vier eins eins eins, eins eins eins eins und dann eins eins eins eins, eins eins eins eins",
        "cuatro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno",
    ])
    func `card numbers are removed, however they are written`(number: String) {
        #expect(CardRedactor.redact("It is \(number)!").text == "It is [card number removed]!")
        #expect(CardRedactor.redact(number).count == 1)
        #expect(CardRedactor.redact("\(number) and \(number)").count == 2)
    }

    @Test(arguments: [
        "4111111111111112", "411111111111", "+49 30 1234567", "00000000000000", "my order 1234567890123",
        "2026-01-15T08:33:20", "one two three", "4111 1111 words 1111 1111", "4111-1111-1111-111",
        "", "no digits at all", "4111111111111111".dropLast() + "x1",
    ])
    func `what is no card number stays`(text: String) {
        #expect(CardRedactor.redact(text).text == text)
        #expect(CardRedactor.redact(text).count == 0)
    }

    @Test func `expiry and code behind a number do not hide it, and text around it stays`() {
        let (text, count) = CardRedactor.redact("pay 4111 1111 1111 1111 12/28 123 now, ref 42")
        #expect(count == 1)
        #expect(text == "pay [card number removed] 12/28 123 now, ref 42")
    }

    @Test func `a number inside a longer one is none of its own`() {
        let text = "99411111111111111199"
        #expect(CardRedactor.redact(text).text == text)
    }

    @Test func `long texts of digits take linear time`() {
        let digits = String(repeating: "1 2 ", count: 50_000)
        _ = CardRedactor.redact(digits)
    }

    /// Turns as `user text`, `agent text`.
    private func turns(_ lines: [String]) -> [ConversationTurn] {
        lines.enumerated().map { index, line in
            let isAgent = line.hasPrefix("A: ")
            return ConversationTurn(
                speaker: isAgent ? .agent : .user, text: String(line.dropFirst(3)), atSeconds: Double(index))
        }
    }

    @Test(arguments: [
        ["U: 4111 1111", "U: 1111 1111"], ["U: 4111 1111", "A: Mm-hm.", "U: 1111 1111"],
        ["U: My card is 4111 1111.", "A: Go on.", "U: and then it's 1111 1111, thank you."],
        ["U: 4111", "A: Yes?", "U: 1111", "A: Okay.", "U: 1111", "A: One moment.", "U: and 1111"],
        ["U: four one one one", "A: Okay, got it.", "U: double one double one", "U: one one one one 1111"],
        ["U: 4111-1111", "A: One more time?", "U: 1111.1111 and it expires next year"],
        ["U: 37 82 82", "A: Right.", "U: 24 63 10 005"], ["A: So it is 5500 0000", "U: 0000 0004, exactly."],
        ["U: 55 55 55 55", "A: Sí.", "U: cinco cinco cinco cinco, cuatro cuatro cuatro cuatro"],
        ["U: It is 4111 1111, okay, one second, let me turn it.", "U: 1111 1111."],
        ["U: 4111 1111 1111", "U: um", "U: 1111 12/28"],
    ])
    func `a number spread over turns is removed from each`(lines: [String]) {
        let (redacted, count) = CardRedactor.redact(turns(lines))
        #expect(count == 1)
        let text = redacted.map(\.text).joined(separator: " ")
        #expect(
            !text.contains("1111") && !text.contains("0000") && !text.contains("one one") && !text.contains("55 55"))
        #expect(text.contains(CardRedactor.replacement))
    }

    @Test func `only the digits go, and when the agent repeats them, those, too`() {
        let (redacted, count) = CardRedactor.redact(
            turns([
                "U: The card, it's 4111 1111", "A: 4111 1111, yes?", "U: 1111 1111, until 12/28.",
                "A: 1111 1111, thank you.",
            ]))
        #expect(count == 2)
        let gone = CardRedactor.replacement
        #expect(
            redacted.map(\.text) == [
                "The card, it's \(gone)", "\(gone), yes?", "\(gone), until 12/28.", "\(gone), thank you.",
            ])
    }

    @Test(arguments: [
        ["U: 4111 1111", "U: 1111 1112"], ["U: My number is 0171 2345678", "A: And the order?", "U: 4711 0815 22"],
        ["U: +49 171 2345", "U: 678 901 9"], ["U: order 1234 5678", "U: 9012 3452"],
        ["U: 4111 1111", "A: And where do you live, what street, what town and what country is it?", "U: words 1111"],
        [
            "U: 4111 1111", "U: Let me tell you what happened on Monday before I went to the bank.",
            "U: 1111 1111",
        ],
        ["U: 4111 1111 is the order that I made on the ninth of this month, I think", "U: 1111 1111"],
        ["U: one", "A: two", "U: three", "A: four"], ["U: 4111", "U: 1111"], [],
    ])
    func `what is no number, or is too far apart, stays`(lines: [String]) {
        let (redacted, count) = CardRedactor.redact(turns(lines))
        #expect(count == 0)
        #expect(redacted == turns(lines))
    }

    @Test func `turns of nothing but short numbers take bearable time`() {
        let many = (0..<3_000).map { ConversationTurn(speaker: .user, text: "four 4 a 5", atSeconds: Double($0)) }
        _ = CardRedactor.redact(many)
    }

    @Test func `Luhn's rule is that of the standard`() {
        #expect(CardNumber.passesLuhn([7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]))
        for last in [0, 1, 2, 4, 5, 6, 7, 8, 9] {
            #expect(!CardNumber.passesLuhn([7, 9, 9, 2, 7, 3, 9, 8, 7, 1, last]))
        }
    }
}
