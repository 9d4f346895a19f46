/// Gives the words of sentences small numbers, without those that carry no meaning in the language of the text.
struct SummaryVocabulary {
    private let language: TextLanguage
    private var numbers: [String: Int] = [:]
    /// What was found for a word before: its stem's number, or `none`. Cutting endings costs more than looking up.
    private var known: [String: Int] = [:]
    private static let none = -1

    /// How many words are looked at to guess the language.
    private static let sampleMax = 2_000

    /// - Parameter sentences: The words of each sentence.
    init(_ sentences: [WordList]) {
        var sample: [WordList.Word] = []
        for sentence in sentences {
            guard sample.count < Self.sampleMax else { break }
            sample += sentence.words
        }
        language = TextLanguage.guess(sample)
    }

    mutating func numbers(of sentence: WordList) -> [Int] {
        sentence.words.compactMap { word in
            let number = known[word.text] ?? number(of: word.text)
            return number == Self.none ? nil : number
        }
    }

    private mutating func number(of word: String) -> Int {
        var number = Self.none
        if !language.functionWords.contains(word), !Self.isFiller(word) {
            let stem = Stemmer.stem(word, isEnglish: language.isEnglish)
            number = numbers[stem] ?? numbers.count
            numbers[stem] = number
        }
        known[word] = number
        return number
    }

    /// What speech is full of in any conversation.
    private static func isFiller(_ word: String) -> Bool { fillers.contains(word) }

    private static let fillers: Set<String> = [
        "um", "uh", "uhm", "hmm", "mhm", "yeah", "yes", "yep", "okay", "ok", "alright", "oh", "ah", "well", "hello",
        "hi", "hey", "thanks", "thank", "bye", "goodbye", "sure", "great", "perfect", "ll", "ve", "re", "d", "m", "ja",
        "äh", "ähm", "hallo", "danke", "euh", "oui", "merci", "bonjour", "sí", "gracias", "hola", "sì", "grazie",
        "ciao",
        "sim", "obrigado", "obrigada", "olá",
    ]
}
