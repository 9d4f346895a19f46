/// Signs in a sentence that it holds the kind of thing a question asks for.
enum AnswerCues {
    /// 0 to 1.
    static func strength(of candidate: SentenceCandidate, for question: Question) -> Double {
        let words = candidate.words
        switch question.kind {
        case .quantity:
            return quantityStrength(words, question)
        case .time:
            if words.contains(where: isYear) { return 1 }
            return words.contains { timeWords.contains($0.text) } ? 0.7 : 0
        case .person:
            return personStrength(words, question)
        case .place:
            return hasPlace(words) ? 0.8 : 0
        case .reason:
            return containsAny(reasonPhrases, words) ? 1 : 0
        case .manner:
            let isByDoing = zip(words, words.dropFirst()).contains { $0.text == "by" && $1.text.hasSuffix("ing") }
            return isByDoing ? 1 : containsAny(mannerPhrases, words) ? 0.4 : 0
        case .definition:
            return definitionStrength(candidate, question)
        case .list:
            return candidate.sentence.text.count { $0 == "," || $0 == ";" } >= 2 ? 0.6 : 0
        case .other:
            return 0
        }
    }

    /// A number that is no date counts; one right before a word of the question ("340 iterations") counts most.
    private static func quantityStrength(_ words: [WordList.Word], _ question: Question) -> Double {
        let asked = Set(question.terms.map(\.stem))
        var strength = 0.0
        for (index, word) in words.enumerated() {
            guard word.isNumber || numberWords.contains(word.text) else { continue }
            let around = words[max(0, index - 1)..<min(words.count, index + 2)]
            guard !isYear(word), !around.contains(where: { months.contains($0.text) }) else { continue }
            let next = words[(index + 1)..<min(words.count, index + 4)]
            let namesAsked = next.contains {
                asked.contains(Stemmer.stem($0.text, isEnglish: question.language.isEnglish))
            }
            strength = max(strength, namesAsked ? 1 : word.isNumber ? 0.6 : 0.4)
        }
        return strength
    }

    /// `X is …`, `X, also called …`, `… is called X`, `X: …`, with X the term that is asked for.
    private static func definitionStrength(_ candidate: SentenceCandidate, _ question: Question) -> Double {
        guard !question.terms.isEmpty else { return 0 }
        let wanted = Set(question.terms.map(\.stem))
        let english = question.language.isEnglish
        var lastOfTerm: Int?
        for (index, word) in candidate.words.enumerated()
        where wanted.contains(Stemmer.stem(word.text, isEnglish: english)) {
            lastOfTerm = index
            if index > 6 { break }
            // The last word of the term at the beginning of the sentence.
            let next = candidate.words.dropFirst(index + 1)
            if let following = next.first, !wanted.contains(Stemmer.stem(following.text, isEnglish: english)) { break }
        }
        guard let last = lastOfTerm else { return 0 }
        let after = candidate.words.dropFirst(last + 1).prefix(6).map(\.text)
        let isEarly = last <= 5
        if isEarly, let first = after.first {
            if copulas.contains(first) { return 1 }
            if definingVerbs.contains(first) { return 1 }
            if after.contains(where: copulas.contains) { return 0.7 }
        }
        if isEarly, hasColonAfterTerm(candidate.sentence.text) { return 0.8 }
        if containsAny(definingPhrases, candidate.words) { return 0.6 }
        return isEarly ? 0.2 : 0
    }

    private static func hasColonAfterTerm(_ text: String) -> Bool {
        guard let colon = text.firstIndex(where: { $0 == ":" || $0 == "–" || $0 == "—" }) else { return false }
        return text.distance(from: text.startIndex, to: colon) <= 60
    }

    /// Two names side by side ("Gregor Mendel"), or one behind "by" or a title, count most; a lone name may be a place or
    /// the first word of a term, and "the researchers" are somebody, too.
    private static func personStrength(_ words: [WordList.Word], _ question: Question) -> Double {
        let asked = Set(question.terms.map(\.stem))
        func isName(_ word: WordList.Word) -> Bool {
            word.isName && !question.language.functionWords.contains(word.text)
        }
        func isNew(_ word: WordList.Word) -> Bool {
            !asked.contains(Stemmer.stem(word.text, isEnglish: question.language.isEnglish))
        }
        var strength = 0.0
        for (index, word) in words.enumerated() where isName(word) {
            let before = index > 0 ? words[index - 1] : nil
            if let before, isName(before), isNew(word) || isNew(before) { return 1 }
            if let before, isNew(word), personMarks.contains(before.text) { return 1 }
            if !word.isFirst, isNew(word) { strength = 0.6 }
        }
        return strength > 0 ? strength : words.contains { groups.contains($0.text) && isNew($0) } ? 0.5 : 0
    }

    private static func hasPlace(_ words: [WordList.Word]) -> Bool {
        zip(words, words.dropFirst()).contains { preposition, place in
            placePrepositions.contains(preposition.text) && (place.isCapitalised || place.text == "the")
        }
    }

    private static func isYear(_ word: WordList.Word) -> Bool {
        guard word.isNumber, word.text.utf8.count == 4, let year = Int(word.text) else { return false }
        return (1000...2100).contains(year)
    }

    private static func containsAny(_ phrases: [[String]], _ words: [WordList.Word]) -> Bool {
        for start in words.indices {
            for phrase in phrases where words[start...].prefix(phrase.count).map(\.text) == phrase { return true }
        }
        return false
    }

    private static func phrases(_ texts: String...) -> [[String]] {
        texts.map { $0.split(separator: " ").map(String.init) }
    }

    private static let personMarks: Set<String> = [
        "by", "von", "par", "por", "da", "door", "dr", "prof", "professor", "sir", "mr", "mrs", "ms", "lord", "saint",
    ]
    private static let groups: Set<String> = [
        "people", "scientists", "researchers", "doctors", "physicians", "authors", "authorities", "students", "workers",
        "team", "government", "children", "adults", "women", "men", "patients", "forscher", "ärzte", "chercheurs",
        "científicos",
    ]
    private static let copulas: Set<String> = [
        "is", "are", "was", "were", "ist", "sind", "war", "est", "sont", "es", "son", "è", "sono", "é", "são", "zijn",
    ]
    private static let definingVerbs: Set<String> = [
        "means", "refers", "denotes", "describes", "represents", "stands", "consists", "bezeichnet", "bedeutet",
        "désigne",
        "signifie", "significa", "consiste", "betekent",
    ]
    private static let definingPhrases = phrases(
        "is called", "are called", "called", "known as", "defined as", "refers to", "referred to", "we call",
        "denoted by",
        "wird als", "nennt man", "heißt", "appelé", "appelée", "se llama", "se denomina", "si chiama", "chama se")
    private static let reasonPhrases = phrases(
        "because", "since", "due to", "therefore", "thus", "hence", "so that", "as a result", "caused by", "leads to",
        "in order to", "reason", "results from", "owing to", "to avoid", "to prevent", "to ensure", "weil", "da",
        "daher",
        "deshalb", "wegen", "aufgrund", "parce que", "car", "donc", "grâce à", "porque", "debido", "perché", "poiché",
        "omdat", "doordat")
    private static let mannerPhrases = phrases(
        "by", "using", "through", "via", "first", "then", "steps", "method", "works", "procedure", "algorithm", "indem",
        "durch", "mittels", "en utilisant", "mediante", "usando", "tramite", "attraverso", "door")
    private static let numberWords: Set<String> = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty",
        "thirty", "forty", "fifty", "hundred", "thousand", "million", "billion", "half", "third", "quarter", "dozen",
        "once", "twice", "both", "none",
        "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "hundert", "tausend", "deux",
        "trois",
        "quatre", "cinq", "dos", "tres", "cuatro", "cinco", "due", "tre", "quattro", "cinque",
    ]
    private static let months: Set<String> = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december", "januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember", "janvier", "février",
        "mars",
        "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre", "enero", "febrero", "marzo",
        "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ]
    private static let timeWords: Set<String> = months.union([
        "century", "decade", "year", "years", "day", "days", "week", "weeks", "month", "months", "hours",
        "minutes", "today", "yesterday", "during", "after", "before", "until", "januar", "februar", "märz", "juni",
        "juli",
        "jahr", "jahrhundert", "siècle", "siglo", "año", "secolo",
    ])
    private static let placePrepositions: Set<String> = [
        "in", "at", "near", "from", "on", "im", "bei", "aus", "à", "en", "dans", "nel", "nella", "a", "em", "no", "na",
    ]
}
