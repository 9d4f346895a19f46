/// Gives the words of sentences small numbers, without those that carry no meaning in the language of the text.
struct SummaryVocabulary {
    private let language: TextLanguage
    private var numbers: [String: Int] = [:]

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
            guard !language.functionWords.contains(word.text), !Self.isFiller(word.text) else { return nil }
            let stem = Stemmer.stem(word.text, isEnglish: language.isEnglish)
            if let number = numbers[stem] { return number }
            numbers[stem] = numbers.count
            return numbers.count - 1
        }
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
