import Embeddings
import Retrieval

/// Numbers that are the same in every run (an LCG after Knuth).
struct Dice {
    private var state: UInt64 = 1

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % sides
    }

    /// A vector of length one, as likely in any direction.
    mutating func vector() -> [Float] {
        VectorMath.normalized((0..<384).map { _ in Float(roll(2001) + roll(2001) - 2000) })
    }
}

/// Documents that are to a search as real ones are: words as frequent and as long as in English, each document with words
/// of its own; sentences of 8 to 36 words; vectors near to each other within a document, and nearer within a chunk.
///
/// What was made after: of 98 scientific articles a chunk has 4.9 vectors, 16 sentences and 330 words, a question's vector
/// has a cosine of about 0.65 with the nearest one and 0.1 with those of other documents.
struct Corpus {
    struct Question {
        let text: String
        let vector: [Float]
    }

    private(set) var documents: [IndexedDocument] = []
    private(set) var chunkCount = 0
    private(set) var vectorCount = 0
    private(set) var questions: [Question] = []

    private var dice = Dice()
    private let words: [String]
    /// A direction that all texts have in common.
    private let common: [Float]

    init(chunks wanted: Int, questions questionCount: Int) {
        var dice = Dice()
        words = (0..<15_000).map { Self.word(number: $0, &dice) }
        common = dice.vector()
        self.dice = dice
        var sizes = [15, 40, 120, 225].makeIterator()
        while chunkCount < wanted {
            if let size = sizes.next() {
                addDocument(chunks: min(size, wanted - chunkCount), asks: questionCount * size / wanted + 1)
            } else {
                sizes = [15, 40, 120, 225].makeIterator()
            }
        }
        questions = Array(questions.prefix(questionCount))
    }

    private mutating func addDocument(chunks wanted: Int, asks: Int) {
        let id = "document-\(documents.count)"
        let ownWords = (0..<400).map { _ in frequentWord(from: 300) }
        let direction = dice.vector()
        let pages = (0..<(wanted * 7 / 6 + 1)).map { page in
            SourcePage(
                number: page + 1, text: (0..<14).map { _ in sentence(ownWords) }.joined(separator: " "))
        }
        let chunks = Chunker().chunks(of: pages).prefix(wanted)
        var stored: [IndexedDocument.StoredChunk] = []
        for (index, chunk) in chunks.enumerated() {
            let place = dice.vector()
            let vectors = chunk.units.map { _ in mix([(0.35, common), (0.6, direction), (0.5, place)], noise: 0.55) }
            vectorCount += vectors.count
            stored.append(
                IndexedDocument.StoredChunk(
                    id: "\(id)/\(index)", chunk: chunk, vectors: VectorBlock(dimension: 384, vectors: vectors)))
            if index % max(1, chunks.count / asks) == 0 {
                let asked = chunk.text.split(separator: " ").filter { $0.count > 4 }.suffix(40)
                let some = (0..<5).compactMap { _ in
                    asked.isEmpty ? nil : asked[asked.startIndex + dice.roll(asked.count)]
                }
                questions.append(
                    Question(
                        text: "What is the " + some.joined(separator: " of the ") + "?",
                        vector: mix([(0.35, common), (0.5, direction), (0.4, place)], noise: 0.6)))
            }
        }
        chunkCount += stored.count
        documents.append(IndexedDocument(id: id, title: "The \(ownWords[0]) of \(ownWords[1])", chunks: stored))
    }

    private mutating func mix(_ parts: [(share: Float, vector: [Float])], noise: Float) -> [Float] {
        var sum = dice.vector().map { $0 * noise }
        for part in parts { for column in sum.indices { sum[column] += part.share * part.vector[column] } }
        return VectorMath.normalized(sum)
    }

    private mutating func sentence(_ ownWords: [String]) -> String {
        let all = (0..<(8 + dice.roll(29))).map { _ -> String in
            switch dice.roll(100) {
            case 0..<42: Self.functionWords[dice.roll(Self.functionWords.count)]
            case 42..<70: ownWords[min(dice.roll(ownWords.count), dice.roll(ownWords.count))]
            default: frequentWord(from: 0)
            }
        }
        return "The " + all.joined(separator: " ") + "."
    }

    /// A word by Zipf's law: one of the first two is as likely as one of the next two, the next four, the next eight.
    private mutating func frequentWord(from first: Int) -> String {
        let span = 2 << dice.roll(13)
        return words[min(words.count - 1, first + span - 2 + dice.roll(span))]
    }

    private static func word(number: Int, _ dice: inout Dice) -> String {
        let syllables = (0..<(2 + dice.roll(3))).map { _ in
            consonants[dice.roll(consonants.count)] + vowels[dice.roll(vowels.count)]
        }
        return syllables.joined() + endings[dice.roll(endings.count)]
    }

    private static let consonants = ["b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "ph"]
    private static let vowels = ["a", "e", "i", "o", "u", "ea", "io"]
    private static let endings = ["", "n", "s", "ed", "ing", "tion", "al", "ly", "ity", "r"]
    private static let functionWords = [
        "the", "of", "and", "to", "in", "a", "is", "that", "for", "with", "as", "by", "on", "are", "was", "be", "this",
        "from", "or", "which", "an", "were", "at", "not", "have", "has", "these", "it", "can", "been", "may", "its",
    ]
}
