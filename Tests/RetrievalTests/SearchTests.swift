import Embeddings
import Glibc
import Testing

@testable import Retrieval

struct SearchTests {
    static func document(_ id: String, title: String = "", _ text: String, vectors: Bool = false) -> IndexedDocument {
        let chunks = Chunker().chunks(of: [SourcePage(number: 7, text: text)])
        return IndexedDocument(
            id: id, title: title,
            chunks: chunks.map { chunk in
                let block = VectorBlock(dimension: 16, vectors: vectors ? chunk.unitTexts.map(vector) : [])
                return .init(id: "\(id)/\(chunk.index)", chunk: chunk, vectors: block)
            })
    }

    /// A stand-in for meaning: which of some letters a text has.
    static func vector(of text: String) -> [Float] {
        var vector = [Float](repeating: 0.01, count: 16)
        for byte in text.utf8 where (0x61...0x70).contains(byte) { vector[Int(byte) - 0x61] += 1 }
        return VectorMath.normalized(vector)
    }

    static let plants = document(
        "plants", title: "Plants", "Leaves are green. Chlorophyll absorbs red light in the leaf.")
    static let rocks = document(
        "rocks", title: "Rocks", "Granite is an igneous rock. Basalt cools quickly at the surface.")
    static let stars = document("stars", title: "Stars", "A star fuses hydrogen. The light of a red giant is dim.")

    @Test func `BM25 is what the formula says`() throws {
        let index = WindowScores(documents: [Self.plants, Self.rocks], query: QueryTerms("chlorophyll"), vector: nil)
        // Two documents of two sentences each make four windows; both of the first document's hold the word once.
        #expect(index.words.count == 4)
        let lengths = Self.plants.windowLengths + Self.rocks.windowLengths
        let mean = Float(lengths.reduce(0, +)) / 4
        let rarity = logf(1 + (4 - 2 + 0.5) / (2 + 0.5))
        for window in 0..<4 {
            let hold = 1.2 * (0.25 + 0.75 * Float(lengths[window]) / mean)
            #expect(abs(index.words[window] - (window < 2 ? rarity * 2.2 / (1 + hold) : 0)) < 1e-5)
        }
    }

    @Test func `a passage tells its document, chunk, page, words and best sentence`() throws {
        let found = SearchIndex(documents: [Self.plants, Self.rocks]).search(
            query: "What absorbs light?", queryVector: nil)
        let first = try #require(found.first)
        #expect(first.documentID == "plants" && first.chunkID == "plants/0" && first.pageFrom == 7 && first.pageTo == 7)
        let bytes = Array(first.text.utf8)
        #expect(first.highlights.map { String(decoding: bytes[$0], as: UTF8.self) } == ["absorbs", "light"])
        #expect(
            String(decoding: bytes[first.bestSentence], as: UTF8.self) == "Chlorophyll absorbs red light in the leaf.")
        #expect(first.characterRange == 0..<bytes.count && first.wordCoverage == 1 && first.similarity == nil)
        #expect(found.count == 1)
    }

    @Test func `the order of adding does not matter, and removing undoes adding`() {
        let all = SearchIndex(documents: [Self.plants, Self.rocks, Self.stars])
        var other = SearchIndex(documents: [Self.stars, Self.plants])
        other.add(Self.rocks)
        other.add(Self.document("extra", "Red light shines on red leaves."))
        #expect(other.remove(id: "extra") && !other.remove(id: "extra"))
        for query in ["red light", "igneous rock", "hydrogen", "the", "green leaf surface"] {
            #expect(all.search(query: query, queryVector: nil) == other.search(query: query, queryVector: nil))
        }
        other.remove(id: "plants")
        #expect(other.search(query: "chlorophyll", queryVector: nil).isEmpty)
        #expect(all.search(query: "red light", queryVector: nil, documentIDs: ["stars"]).map(\.documentID) == ["stars"])
    }

    @Test func `words and meaning together find what either misses`() {
        let a = Self.document("a", "aaa aaa bbb. zebra stands here.", vectors: true)
        let b = Self.document("b", "ccc ccc ddd. Nothing else.", vectors: true)
        let index = SearchIndex(documents: [a, b])
        #expect(index.search(query: "zebra", queryVector: nil).first?.documentID == "a")
        #expect(index.search(query: "", queryVector: Self.vector(of: "ccc ddd")).first?.documentID == "b")
        #expect(
            Set(index.search(query: "zebra", queryVector: Self.vector(of: "ccc ddd")).map(\.documentID)) == ["a", "b"])
        #expect(index.search(query: "zebra", queryVector: Array(repeating: .nan, count: 16)).count == 1)
        #expect(index.search(query: "zebra", queryVector: [1, 2, 3]).count == 1)
    }

    @Test func `a passage tells how near its parts are`() throws {
        let document = Self.document(
            "a", "Aaa aaa bbb aaa. Ccc ddd ddd ccc. \(String(repeating: "Eee. ", count: 90))", vectors: true)
        let vector = Self.vector(of: "ccc ddd")
        let index = SearchIndex(documents: [document])
        let found = try #require(index.search(query: "ccc", queryVector: vector).first)
        #expect(found.nearness.first?.start == 0)
        #expect(zip(found.nearness, found.nearness.dropFirst()).allSatisfy { $0.start < $1.start })
        #expect(found.nearness.map(\.similarity).max() == found.similarity)
        #expect(index.search(query: "ccc", queryVector: nil).first?.nearness.isEmpty == true)
    }

    @Test func `passages have at most 300 words, do not overlap, and fall in score`() {
        let text = (0..<900).map { "Topic \($0 % 40) of the lecture number \($0) is light and shade." }.joined(
            separator: " ")
        let found = SearchIndex(documents: [Self.document("long", text)]).search(
            query: "topic 13 light", queryVector: nil)
        #expect(found.count == 5)
        for (index, passage) in found.enumerated() {
            #expect(passage.text.split(whereSeparator: \.isWhitespace).count <= 300)
            for other in found[(index + 1)...] {
                #expect(!passage.characterRange.overlaps(other.characterRange) && other.score <= passage.score)
            }
        }
    }

    @Test func `of copies only one is given`() {
        let copies = (0..<4).map { Self.document("copy\($0)", "Chlorophyll absorbs red light in the leaf.") }
        #expect(
            SearchIndex(documents: copies).search(query: "chlorophyll", queryVector: nil).map(\.documentID) == ["copy0"]
        )
    }

    @Test func `a slip of the pen is mended`() {
        let index = SearchIndex(documents: [Self.plants, Self.rocks])
        for query in ["chlorophyl", "clorophyll", "chlorohpyll", "chlorophyxl"] {
            #expect(index.search(query: query, queryVector: nil).first?.documentID == "plants", "\(query)")
        }
        #expect(index.search(query: "xhlorophyll", queryVector: nil).isEmpty)
    }

    @Test(arguments: [
        "", " ", "the of and", "😀😀", "\u{0}\u{202E}", String(repeating: "x", count: 100_000), "\"'()[]{}*?", "أبجد",
        "机器",
        (0..<3000).map { "word\($0)" }.joined(separator: " "),
    ])
    func `odd questions are answered without fuss`(query: String) {
        let odd = Self.document("odd", "😀 機器学習 أبجد. \u{202E}x. " + String(repeating: "y", count: 9_000), vectors: true)
        for vector in [nil, Self.vector(of: "abc")] {
            #expect(SearchIndex(documents: [odd, Self.plants]).search(query: query, queryVector: vector).count <= 5)
        }
        #expect(SearchIndex().search(query: query, queryVector: nil).isEmpty)
        #expect(SearchIndex(documents: [odd]).search(query: query, queryVector: nil, limit: 0).isEmpty)
    }
}

struct TermTests {
    private func terms(_ text: String) -> [String] {
        var scanner = TermScanner()
        var found: [String] = []
        let bytes = Array(text.utf8)
        scanner.scan(0..<bytes.count, of: bytes) { term, _ in found.append(String(decoding: term, as: UTF8.self)) }
        return found
    }

    @Test func `terms are folded, joined and without endings`() {
        #expect(terms("The Infections infected") == ["infect", "infect"])
        #expect(terms("COVID-19") == ["covid", "covid19", "19"])
        #expect(terms("1,000 and 3.5") == ["1000", "3.5"])
        #expect(terms("Über ﬁne Größe naïve H₂O") == ["uber", "fine", "gross", "naiv", "h2o"])
        #expect(terms("Быстрая лиса") == ["быстрая", "лиса"])
        #expect(terms("機器学習") == ["機器", "器学", "学習"])
        #expect(terms("it is what the").isEmpty)
    }

    @Test(arguments: [
        ("caresses", "caress"), ("ponies", "poni"), ("ties", "tie"), ("cats", "cat"), ("agreed", "agre"),
        ("hopping", "hop"),
        ("hoping", "hope"), ("relational", "relat"), ("conditional", "condit"), ("electrical", "electr"),
        ("adjustable", "adjust"), ("effective", "effect"), ("generalizations", "general"), ("happily", "happili"),
        ("cry", "cri"), ("say", "say"), ("dying", "die"), ("news", "news"), ("succeed", "succeed"),
        ("controll", "control"),
    ])
    func `English endings come off`(word: String, stem: String) {
        var bytes = Array(word.utf8)
        var stemmer = EnglishStemmer()
        stemmer.stem(&bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == stem)
    }
}
