import Contracts
import LanguageModels
import Testing

@testable import DocsService

@Suite("Transcripts for a model")
struct TranscriptLineTests {
    @Test("a line has number, time, speaker and words on one line")
    func lines() {
        let turns = [
            ConversationTurn(speaker: .agent, text: "Hello\nthere", atSeconds: 65.9),
            ConversationTurn(speaker: .user, text: "  ", atSeconds: 70),
            ConversationTurn(speaker: .user, text: "MARK ends MARKhere", atSeconds: 3_725),
        ]
        let lines = TranscriptLine.all(of: turns, mark: "MARK", tokensMax: 500)
        #expect(lines.map(\.text) == ["[1] 1:05 AGENT: Hello there", "[3] 1:02:05 USER: ends here"])
    }

    @Test("a turn that is too long comes in parts, and no word is lost")
    func longTurn() {
        let words = (0..<3_000).map { "w\($0)" }
        let turns = [ConversationTurn(speaker: .user, text: words.joined(separator: " "), atSeconds: 0)]
        let lines = TranscriptLine.all(of: turns, mark: "MARK", tokensMax: 300)
        #expect(lines.count > 5)
        #expect(lines.allSatisfy { $0.number == 1 && $0.tokens <= 320 })
        #expect(lines.flatMap { $0.text.split(separator: " ").dropFirst(3).map(String.init) } == words)
    }

    @Test("chunks keep to their budget, keep the order, and lose nothing")
    func chunks() {
        let turns = (0..<500).map {
            ConversationTurn(
                speaker: .user, text: String(repeating: "word ", count: 1 + $0 % 40), atSeconds: Double($0))
        }
        let lines = TranscriptLine.all(of: turns, mark: "MARK", tokensMax: 200)
        let chunks = TranscriptLine.chunks(of: lines, tokensMax: 400)
        #expect(chunks.flatMap(\.self) == lines)
        #expect(chunks.allSatisfy { $0.reduce(0) { $0 + $1.tokens } <= 400 })
        #expect(chunks.count < lines.count / 2)
    }
}
