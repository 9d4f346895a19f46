import Contracts
import JSONCoding
import Platform
import Testing

struct PassageWireTests {
    private func passage(nearness: [Passage.Nearness]) -> Passage {
        Passage(
            chunkID: Identifier.make(), lectureID: Identifier.make(), lectureName: "Plants", pageFrom: 3, pageTo: 4,
            heading: "Leaves", text: "Leaves are green. So is grass.", score: 0.75,
            pageStarts: [.init(page: 3, offset: 0), .init(page: 4, offset: 18)], highlights: [0..<6],
            nearness: nearness)
    }

    @Test func `a passage comes through as it went out`() throws {
        for nearness in [[], [Passage.Nearness(offset: 0, similarity: 0.51234), .init(offset: 18, similarity: -1)]] {
            let sent = passage(nearness: nearness)
            #expect(try Passage(json: JSONValue(parsing: Array(sent.json.text.utf8))) == sent)
        }
    }

    @Test func `a similarity has three digits, and a passage without any is understood`() throws {
        #expect(Passage.Nearness(offset: 0, similarity: 0.51234).similarity == 0.512)
        guard case .object(var object) = passage(nearness: []).json else {
            Issue.record("a passage is an object")
            return
        }
        object["nearness"] = nil
        #expect(try Passage(json: .object(object)).nearness.isEmpty)
    }
}
