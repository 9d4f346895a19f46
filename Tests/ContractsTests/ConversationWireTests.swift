import Contracts
import JSONCoding
import Testing

@Suite("Conversations between services")
struct ConversationWireTests {
    private let turns = [
        ConversationTurn(speaker: .agent, text: "Good morning.", atSeconds: 0),
        ConversationTurn(speaker: .user, text: "My bill is wrong.", atSeconds: 2.5),
    ]

    @Test("an order comes back as it was sent, with and without prompt and model")
    func orderRoundTrip() throws {
        for (prompt, model, seconds) in [(nil, nil, nil), ("Be short.", "m1", 60)] as [(String?, String?, Int?)] {
            let order = ConversationSummaryOrder(
                accountID: "acme", conversationID: "conv_1", turns: turns, prompt: prompt, model: model,
                modelSeconds: seconds)
            let json = try JSONValue(parsing: order.json.serialized())
            #expect(try ConversationSummaryOrder(json: json) == order)
        }
    }

    @Test("the names of an order's fields are the agreed ones")
    func orderNames() {
        let order = ConversationSummaryOrder(accountID: "acme", conversationID: "conv_1", turns: turns)
        #expect(
            order.json == [
                "account_id": "acme", "conversation_id": "conv_1",
                "turns": [
                    ["speaker": "agent", "text": "Good morning.", "at_seconds": 0.0],
                    ["speaker": "user", "text": "My bill is wrong.", "at_seconds": 2.5],
                ],
            ])
    }

    @Test("a summary comes back as it was sent")
    func summaryRoundTrip() throws {
        let summary = ConversationSummary(
            text: "A wrong bill.",
            keyPoints: [.init(text: "The bill is wrong.", quote: "My bill is wrong.", atSeconds: 2.5)],
            actionItems: ["Send a new bill."], engine: "built-in", inputTokens: 3, outputTokens: 4)
        let json = try JSONValue(parsing: summary.json.serialized())
        #expect(try ConversationSummary(json: json) == summary)
        #expect(
            json.object?.keys == ["text", "key_points", "action_items", "engine", "input_tokens", "output_tokens"])
    }

    @Test(
        "a field of the wrong kind is named",
        arguments: [
            ("speaker", #"{"speaker":"robot","text":"x","at_seconds":1}"#),
            ("at_seconds", #"{"speaker":"user","text":"x","at_seconds":-1}"#),
            ("at_seconds", #"{"speaker":"user","text":"x","at_seconds":"1"}"#),
            ("text", #"{"speaker":"user","at_seconds":1}"#),
        ])
    func badTurn(field: String, text: String) throws {
        let json = try JSONValue(parsing: Array(text.utf8))
        let error = #expect(throws: WireError.self) { try ConversationTurn(json: json) }
        #expect(error?.field == field)
    }

    @Test("a prompt may be as long as the limit, and one character more is refused")
    func promptLimit() throws {
        let limit = ConversationSummaryOrder.promptLengthMax
        var order = ConversationSummaryOrder(
            accountID: "a", conversationID: "c", turns: turns, prompt: String(repeating: "é", count: limit))
        #expect(try ConversationSummaryOrder(json: order.json) == order)
        order.prompt? += "x"
        #expect(throws: WireError.self) { try ConversationSummaryOrder(json: order.json) }
    }

    @Test("an order may have as many turns as the limit, and one more is refused")
    func turnLimit() throws {
        let limit = ConversationTurn.turnsMax
        var order = ConversationSummaryOrder(
            accountID: "a", conversationID: "c", turns: Array(repeating: turns[1], count: limit))
        #expect(try ConversationSummaryOrder(json: order.json).turns.count == limit)
        order.turns.append(turns[0])
        #expect(throws: WireError.self) { try ConversationSummaryOrder(json: order.json) }
    }
}
