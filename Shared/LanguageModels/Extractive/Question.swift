/// What a question asks for, as far as words tell.
struct Question: Sendable {
    /// What a good answer probably contains.
    enum Kind: Sendable, Hashable {
        case definition, person, time, quantity, place, reason, manner, list, other

        /// Asks for one kind of thing that can be seen in a sentence.
        var isNarrow: Bool { self == .person || self == .time || self == .quantity }
    }

    /// A word of the question that carries meaning.
    struct Term: Sendable, Hashable {
        let stem: String
        /// 1 for words of the question itself, less for those taken over from the conversation.
        let weight: Double
        /// The term stood next to the one before it in the question.
        let followsPrevious: Bool
    }

    let language: TextLanguage
    let kind: Kind
    /// A sentence without a name, a date or a number cannot be the answer: "Who discovered …?", "When was …?", "How many
    /// …?". Not so "How fast …?", which may be answered by "slowly", or "When do …?", by "when it rains".
    let demandsCue: Bool
    let terms: [Term]

    /// - Parameters:
    ///   - text: the question.
    ///   - earlier: what was asked before, for questions that only make sense after it.
    ///   - material: the text in which the answer is looked for; its language decides when the question is too short.
    init(_ text: String, earlier: String?, material: [WordList.Word]) {
        let words = WordList(text).words
        let guessed = TextLanguage.guess(words)
        let isTelling = words.contains { guessed.functionWords.contains($0.text) }
        let language = isTelling ? guessed : TextLanguage.guess(material)
        self.language = language
        let texts = words.map(\.text)
        // "Who was Gregor Mendel?" asks what he was, not for another name.
        let asksAboutName = texts.first == "who" && words.dropFirst(2).contains(where: \.isName)
        let isAboutName = asksAboutName && (texts.starts(with: ["who", "is"]) || texts.starts(with: ["who", "was"]))
        let kind = isAboutName && words.count <= 6 ? .definition : Self.kind(of: texts, text: text)
        self.kind = kind
        demandsCue = Self.demandsCue(kind, texts)
        var terms = Self.terms(of: words, language, weight: 1)
        if let earlier, Self.leansOnConversation(words, contentCount: terms.count, language) {
            let known = Set(terms.map(\.stem))
            terms += Self.terms(of: WordList(earlier).words, language, weight: 0.6).filter { !known.contains($0.stem) }
        }
        self.terms = terms
    }

    private static func terms(of words: [WordList.Word], _ language: TextLanguage, weight: Double) -> [Term] {
        var terms: [Term] = []
        var seen: Set<String> = []
        var previousWasTerm = false
        for word in words {
            guard !language.functionWords.contains(word.text), !askingWords.contains(word.text) else {
                previousWasTerm = false
                continue
            }
            let stem = Stemmer.stem(word.text, isEnglish: language.isEnglish)
            if seen.insert(stem).inserted {
                let share = commonWords.contains(word.text) ? 0.5 : 1
                terms.append(Term(stem: stem, weight: weight * share, followsPrevious: previousWasTerm))
            }
            previousWasTerm = true
        }
        return terms
    }

    /// Short questions, and those with a pronoun, refer to what was said before: "And how is it trained?"
    static func leansOnConversation(_ words: [WordList.Word], contentCount: Int, _ language: TextLanguage) -> Bool {
        if contentCount <= 1 { return true }
        if let first = words.first, openers.contains(first.text) { return true }
        return words.count <= 12 && words.contains { pronouns.contains($0.text) }
    }

    private static func demandsCue(_ kind: Kind, _ words: [String]) -> Bool {
        switch kind {
        case .person: true
        case .quantity: demandingStarts.contains(where: words.starts(with:))
        case .time: pastStarts.contains(where: words.starts(with:))
        default: false
        }
    }

    private static let demandingStarts = [
        ["how", "many"], ["how", "much"], ["wie", "viele"], ["wie", "viel"], ["cuántos"], ["cuántas"], ["cuánto"],
        ["combien"], ["quanti"], ["quante"], ["hoeveel"],
    ]

    private static let pastStarts = [
        ["when", "was"], ["when", "were"], ["when", "did"], ["what", "year"], ["which", "year"],
        ["in", "what", "year"],
        ["in", "which", "year"], ["what", "date"], ["wann", "wurde"], ["wann", "war"], ["wann", "hat"],
    ]

    private static func kind(of words: [String], text: String) -> Kind {
        let start = words.prefix(4)
        func begins(_ phrases: String...) -> Bool {
            phrases.contains { phrase in words.starts(with: phrase.split(separator: " ").map(String.init)) }
        }
        if begins(
            "how many", "how much", "how often", "how long", "how large", "how big", "how high", "how old", "how far",
            "how fast", "how tall", "how deep", "how heavy", "how wide",
            "how strong")
            || begins("wie viele", "wie viel", "cuántos", "cuántas", "cuánto", "combien", "quanti", "quante", "hoeveel")
        {
            return .quantity
        }
        if words.contains("percentage") || words.contains("percent") || words.contains("proportion") {
            return .quantity
        }
        if begins(
            "who", "whom", "whose", "wer", "quién", "quien", "quiénes", "chi", "quem", "qui ", "wie is", "wie was")
        {
            return .person
        }
        if begins("qui"), words.dropFirst().first.map({ $0 != "est" || words.count > 2 }) == true { return .person }
        if start.contains(where: ["when", "wann", "cuándo", "quand", "quando", "wanneer"].contains)
            || begins("what year", "which year", "in what year", "in which year", "what date")
        {
            return .time
        }
        if begins("where", "wo", "dónde", "donde", "où", "dove", "onde", "waar") { return .place }
        if start.contains(where: ["why", "warum", "weshalb", "pourquoi", "perché", "waarom"].contains)
            || begins("por qué", "what causes", "what is the reason", "what was the reason")
        {
            return .reason
        }
        if begins("define", "definition") || words.contains("definition") { return .definition }
        if begins("what does"), words.contains(where: ["mean", "stand"].contains) { return .definition }
        let definitionStarts = [
            ["what", "is"], ["what", "are"], ["what", "was"], ["what", "s"], ["was", "ist"], ["was", "sind"],
            ["qué", "es"], ["qué", "son"], ["cos", "è"], ["che", "cosa"], ["o", "que"], ["wat", "is"], ["wat", "zijn"],
            ["qu", "est"], ["who", "is"],
        ]
        if definitionStarts.contains(where: words.starts(with:)), words.count <= 8, !words.contains("of") {
            return .definition
        }
        if begins("how", "wie", "cómo", "comment", "come", "como", "hoe") { return .manner }
        if begins("list", "name", "what are", "which", "nenne", "enumera") { return .list }
        return .other
    }

    /// Words of a question that say how to answer, not what about.
    private static let askingWords: Set<String> = [
        "mean", "means", "meant", "define", "definition", "called", "name", "names", "list", "many", "much", "often",
        "example", "examples", "known", "said", "say", "says", "happen", "happens", "kind", "type", "types", "used",
        "percentage", "percent", "year", "reason", "main", "difference", "heißt", "bedeutet", "significa", "signifie",
        "según", "ejemplo", "何", "什么", "谁", "為什", "为什", "怎么",
    ]

    /// Words that may mean anything, so that finding them says little.
    private static let commonWords: Set<String> = [
        "work", "works", "make", "makes", "made", "take", "takes", "use", "uses", "using", "come", "comes", "get",
        "gets",
        "give", "gives", "given", "go", "goes", "need", "needs", "become", "becomes", "keep", "show", "shows",
        "important", "different", "good", "best", "new", "fast", "big", "large", "long", "high", "number",
        "amount", "role", "purpose", "way", "ways", "part", "parts", "effect", "common", "possible",
    ]

    private static let openers: Set<String> = ["and", "und", "et", "y", "e", "en", "so", "but", "also", "then"]

    private static let pronouns: Set<String> = [
        "it", "its", "they", "them", "their", "this", "that", "these", "those", "he", "she", "his", "her", "him", "es",
        "sie", "ihn", "ihr", "ihre", "dies", "diese", "dieser", "dieses", "davon", "dafür", "il", "elle", "ils",
        "elles",
        "cela", "ça", "ello", "ellos", "ellas", "esto", "eso", "lui", "lei", "loro", "questo", "questa",
    ]
}
