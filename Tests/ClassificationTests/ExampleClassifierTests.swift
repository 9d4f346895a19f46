import Classification
import Embeddings
import Platform
import Testing

/// An embedder for tests: one direction for each of a few topics, by words that a text contains.
private final class TopicEmbedder: Embedder {
    let modelName = "topics"
    /// Not a multiple of sixteen, as other embedders may have it.
    let dimension = 3
    let calls = Lock(0)
    let isBroken = Lock(false)
    private let topics = [["money", "cash", "coin"], ["door", "key", "lock"]]

    func embed(_ texts: [String]) async throws -> [[Float]] {
        calls.withLock { $0 += 1 }
        if isBroken.withLock({ $0 }) { throw EmbeddingError(.modelMissing, "not there") }
        return texts.map { text in
            let counts = topics.map { words in Float(words.count { text.contains($0) }) }
            let total = counts.reduce(0.1) { $0 + $1 * $1 }
            return (counts + [Float(0.1).squareRoot()]).map { $0 / total.squareRoot() }
        }
    }
}

@Suite("The classifier by examples")
struct ExampleClassifierTests {
    private func examples() throws -> ExampleSet {
        try ExampleSet(
            parsing: """
                [pay]
                the money is gone
                no money came

                cash was taken

                [open]
                the door is shut
                this door stays shut

                my key does not fit
                """)
    }

    @Test("meaning decides where words cannot, and the reason names example and words")
    func meaning() async throws {
        let classifier = ExampleClassifier(examples: try examples(), embedder: TopicEmbedder())
        let coin = try await classifier.classify("coin")
        #expect(coin.best.label == "pay")
        #expect(coin.secondBest.label == "open")
        #expect(coin.usesMeaning)
        #expect(coin.tellingWords.isEmpty)
        let door = try await classifier.classify("Somebody shut that DOOR")
        #expect(door.best.label == "open")
        #expect(door.tellingWords.contains("door"))
        #expect(door.reason.contains("door"))
        #expect(door.neighbours.first?.example.label == "open")
        #expect(door.neighbours.count <= Classification.neighboursMax)
        #expect(abs(door.best.confidence + door.secondBest.confidence - 1) < 1e-9)
    }

    @Test("without an embedder words decide, mistyped ones as well", arguments: ["teh doorr is shutt", "DOOR SHUT!!"])
    func words(text: String) async throws {
        let found = try await ExampleClassifier(examples: try examples(), embedder: nil).classify(text)
        #expect(found.best.label == "open")
        #expect(!found.usesMeaning)
    }

    @Test("scripts without blanks are told apart by their characters")
    func otherScripts() async throws {
        let set = try ExampleSet(
            parsing: "[a]\n我被重复扣款两次\n重复扣款请退\n[b]\n账户被锁定无法登录\n登录不了账户")
        let classifier = ExampleClassifier(examples: set, embedder: nil)
        #expect(try await classifier.classify("又重复扣款了").best.label == "a")
        #expect(try await classifier.classify("无法登录").best.label == "b")
    }

    @Test("many who ask at once wait for one training")
    func oneTraining() async throws {
        let embedder = TopicEmbedder()
        let classifier = ExampleClassifier(examples: try examples(), embedder: embedder)
        let labels = try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<20 {
                group.addTask { try await classifier.classify(index.isMultiple(of: 2) ? "coin" : "key").best.label }
            }
            return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(labels == ["pay": 10, "open": 10])
        #expect(embedder.calls.withLock { $0 } == 21)
    }

    @Test("several texts at once are what each is by itself, and are embedded together")
    func several() async throws {
        let embedder = TopicEmbedder()
        let classifier = ExampleClassifier(examples: try examples(), embedder: embedder)
        let texts = ["the door is shut", "", "DOOR SHUT!!", "teh doorr is shutt", "the door is shut"]
        let together = try await classifier.classify(texts)
        #expect(embedder.calls.withLock { $0 } == 2, "the training, and the texts")
        var alone: [Classification] = []
        for text in texts { alone.append(try await classifier.classify(text)) }
        #expect(together == alone)
        #expect(try await classifier.classify([]).isEmpty)
        embedder.isBroken.withLock { $0 = true }
        let byWords = try await classifier.classify(texts)
        #expect(byWords.count == texts.count && byWords.allSatisfy { !$0.usesMeaning })
    }

    @Test("a broken embedder leaves the words, and is tried again with the next text")
    func brokenEmbedder() async throws {
        let embedder = TopicEmbedder()
        embedder.isBroken.withLock { $0 = true }
        let classifier = ExampleClassifier(examples: try examples(), embedder: embedder)
        let first = try await classifier.classify("the door is shut")
        #expect(first.best.label == "open")
        #expect(!first.usesMeaning)
        embedder.isBroken.withLock { $0 = false }
        #expect(try await classifier.classify("coin").usesMeaning)
        embedder.isBroken.withLock { $0 = true }
        #expect(try await classifier.classify("the door is shut").usesMeaning == false)
    }

    @Test(
        "nothing and very much are judged, too",
        arguments: ["", "   ", "\u{0}\u{1F600}", String(repeating: "door ", count: 50_000)])
    func extremes(text: String) async throws {
        let found = try await ExampleClassifier(examples: try examples(), embedder: TopicEmbedder()).classify(text)
        #expect(found.best.confidence.isFinite)
        #expect(!found.reason.isEmpty)
    }
}
