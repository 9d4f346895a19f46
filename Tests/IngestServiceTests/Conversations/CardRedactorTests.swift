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

    @Test func `Luhn's rule is that of the standard`() {
        #expect(CardRedactor.passesLuhn([7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]))
        for last in [0, 1, 2, 4, 5, 6, 7, 8, 9] {
            #expect(!CardRedactor.passesLuhn([7, 9, 9, 2, 7, 3, 9, 8, 7, 1, last]))
        }
    }
}
