/// Cuts endings off so that forms of one word compare equal: a light stemmer that would rather leave a word alone than
/// cut too much.
///
/// English endings are cut for text that looks English; for other languages the common endings of the Romance and
/// Germanic languages. Words of other scripts are left as they are; `isRelated` still finds long common beginnings.
enum Stemmer {
    static func stem(_ word: String, isEnglish: Bool) -> String {
        guard word.utf8.count > 3, word.utf8.allSatisfy({ $0 < 0x80 }) || !isEnglish else { return word }
        return isEnglish ? english(word) : general(word)
    }

    /// Whether two different stems are likely forms of one word: a long common beginning and short rests.
    static func isRelated(_ one: String, _ other: String) -> Bool {
        let (oneCount, otherCount) = (one.utf8.count, other.utf8.count)
        let longest = max(oneCount, otherCount)
        guard min(oneCount, otherCount) >= 5, abs(oneCount - otherCount) <= 4 else { return false }
        var shared = 0
        for (left, right) in zip(one.utf8, other.utf8) {
            guard left == right else { break }
            shared += 1
        }
        return shared >= 5 && longest - shared <= 4 && shared * 3 >= longest * 2
    }

    private static func english(_ word: String) -> String {
        var stem = Substring(word)
        if stem.hasSuffix("'s") { stem = stem.dropLast(2) }
        if stem.hasSuffix("sses") {
            stem = stem.dropLast(2)
        } else if stem.hasSuffix("ies") {
            stem = stem.count > 4 ? stem.dropLast(3) + "y" : stem.dropLast()
        } else if stem.hasSuffix("s"), !stem.hasSuffix("ss"), !stem.hasSuffix("us"), !stem.hasSuffix("is") {
            stem = stem.dropLast()
        }
        for (ending, replacement) in Self.englishEndings where stem.hasSuffix(ending) {
            let rest = stem.dropLast(ending.count)
            guard rest.count >= 3, rest.contains(where: "aeiouy".contains) else { continue }
            stem = rest + replacement
            break
        }
        // hopping -> hop, but not: fall, miss, buzz
        if let last = stem.last, stem.count > 3, stem.dropLast().last == last, !"lszaeiou".contains(last) {
            stem = stem.dropLast()
        }
        if stem.hasSuffix("e"), stem.count > 3 { stem = stem.dropLast() }
        if stem.hasSuffix("y"), stem.count > 3 { stem = stem.dropLast() + "i" }
        return String(stem)
    }

    /// Longest first.
    private static let englishEndings: [(String, String)] = [
        ("ization", "iz"), ("isation", "iz"), ("ational", "at"), ("fulness", ""), ("ousness", "ous"), ("iveness", "iv"),
        ("izing", "iz"), ("ising", "iz"), ("izers", "iz"), ("ation", "at"), ("ators", "at"), ("ating", "at"),
        ("ments", ""), ("ness", ""), ("ized", "iz"), ("ised", "iz"), ("izes", "iz"), ("ises", "iz"), ("izer", "iz"),
        ("iser", "iz"), ("ated", "at"), ("ates", "at"), ("ator", "at"), ("ment", ""), ("ible", ""), ("able", ""),
        ("ally", "al"), ("ings", ""), ("ions", ""), ("ize", "iz"), ("ise", "iz"), ("ate", "at"), ("ing", ""),
        ("ion", ""), ("ers", ""), ("ely", ""), ("ies", "i"), ("ied", "i"), ("ed", ""), ("er", ""), ("ly", ""),
    ]

    private static func general(_ word: String) -> String {
        for ending in Self.generalEndings where word.hasSuffix(ending) {
            let rest = word.dropLast(ending.count)
            if rest.count >= 4 { return String(rest) }
        }
        return word
    }

    /// Longest first.
    private static let generalEndings = [
        "aciones", "amiento", "imiento", "mente", "ación", "iones", "ungen", "keiten", "heiten", "ments", "ción", "ung",
        "keit", "heit", "lich", "isch", "ando", "iendo", "ment", "tion", "ando", "ées", "ados", "idas", "idos", "adas",
        "eur", "ern", "est", "ene", "ado", "ido", "ada", "ida", "are", "ere", "ire", "ant", "ent", "en", "er", "em",
        "es", "et", "as", "os", "is", "ar", "ir", "ée", "s", "n", "e", "a", "o", "i",
    ]
}
