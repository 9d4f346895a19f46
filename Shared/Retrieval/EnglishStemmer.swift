/// Takes English endings off words, after M. F. Porter's second algorithm ("Porter2"), so that *infect*, *infected*
/// and *infections* are one term. Words with other letters than a to z stay as they are.
struct EnglishStemmer {
    private var word: [UInt8] = []
    private var r1 = 0
    private var r2 = 0

    /// The stem of a word in small letters.
    mutating func stem(_ input: inout [UInt8]) {
        guard input.count > 2, input.allSatisfy(UTF8Text.isLower) else { return }
        if let known = Self.exceptions[String(decoding: input, as: UTF8.self)] {
            input = Array(known.utf8)
            return
        }
        word = input
        markConsonantY()
        findRegions()
        step1a()
        if !Self.finishedEarly.contains(String(decoding: word, as: UTF8.self)) {
            step1b()
            step1c()
            replaceEnding(Self.step2, in: \.r1)
            step2Letters()
            step3()
            step4()
            step5()
        }
        for index in word.indices where word[index] == UInt8(ascii: "Y") { word[index] = UInt8(ascii: "y") }
        swap(&word, &input)
    }

    // MARK: Regions

    private func isVowel(_ index: Int) -> Bool {
        switch word[index] {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
            UInt8(ascii: "y"):
            true
        default: false
        }
    }

    /// A `y` at the beginning or after a vowel is a consonant, written `Y` meanwhile.
    private mutating func markConsonantY() {
        for index in word.indices where word[index] == UInt8(ascii: "y") && (index == 0 || isVowel(index - 1)) {
            word[index] = UInt8(ascii: "Y")
        }
    }

    private mutating func findRegions() {
        r1 = regionAfter(0)
        for prefix in ["gener", "commun", "arsen"] where word.starts(with: prefix.utf8) { r1 = prefix.utf8.count }
        r2 = regionAfter(r1)
    }

    /// The place after the first consonant that follows a vowel.
    private func regionAfter(_ start: Int) -> Int {
        var index = start
        while index < word.count, !isVowel(index) { index += 1 }
        while index < word.count, isVowel(index) { index += 1 }
        return min(index + 1, word.count)
    }

    private func ends(_ suffix: StaticString) -> Bool {
        suffix.withUTF8Buffer { word.count >= $0.count && word[(word.count - $0.count)...].elementsEqual($0) }
    }

    private func hasVowel(before end: Int) -> Bool { (0..<max(end, 0)).contains { isVowel($0) } }

    /// Whether the part before `end` closes with a short syllable.
    private func endsShort(before end: Int) -> Bool {
        if end == 2 { return isVowel(0) && !isVowel(1) }
        guard end > 2, !isVowel(end - 1), isVowel(end - 2), !isVowel(end - 3) else { return false }
        return !"wxY".utf8.contains(word[end - 1])
    }

    private var endsDouble: Bool {
        guard word.count > 1, let last = word.last, last == word[word.count - 2] else { return false }
        return "bdfgmnprt".utf8.contains(last)
    }

    // MARK: Steps

    private mutating func step1a() {
        if ends("sses") {
            word.removeLast(2)
        } else if ends("ied") || ends("ies") {
            word.removeLast(word.count > 4 ? 2 : 1)
        } else if ends("us") || ends("ss") {
            return
        } else if ends("s"), hasVowel(before: word.count - 2) {
            word.removeLast()
        }
    }

    private mutating func step1b() {
        if ends("eed") || ends("eedly") {
            let count = ends("eed") ? 3 : 5
            if word.count - count >= r1 { word.removeLast(count - 2) }
            return
        }
        let count = ends("ingly") ? 5 : ends("edly") ? 4 : ends("ing") ? 3 : ends("ed") ? 2 : 0
        guard count > 0, hasVowel(before: word.count - count) else { return }
        word.removeLast(count)
        if ends("at") || ends("bl") || ends("iz") {
            word.append(UInt8(ascii: "e"))
        } else if endsDouble {
            word.removeLast()
        } else if r1 >= word.count, endsShort(before: word.count) {
            word.append(UInt8(ascii: "e"))
        }
    }

    private mutating func step1c() {
        guard word.count > 2, ends("y") || ends("Y"), !isVowel(word.count - 2) else { return }
        word[word.count - 1] = UInt8(ascii: "i")
    }

    /// Replaces the longest of these endings, if it lies in a region.
    @discardableResult
    private mutating func replaceEnding(_ endings: [(StaticString, StaticString)], in region: KeyPath<Self, Int>)
        -> Bool
    {
        for (ending, replacement) in endings where ends(ending) {
            guard word.count - ending.utf8CodeUnitCount >= self[keyPath: region] else { return true }
            word.removeLast(ending.utf8CodeUnitCount)
            replacement.withUTF8Buffer { word.append(contentsOf: $0) }
            return true
        }
        return false
    }

    private mutating func step2Letters() {
        if ends("ogi"), word.count - 3 >= r1, word.count > 3, word[word.count - 4] == UInt8(ascii: "l") {
            word.removeLast()
        } else if ends("li"), word.count - 2 >= r1, word.count > 2, "cdeghkmnrt".utf8.contains(word[word.count - 3]) {
            word.removeLast(2)
        }
    }

    private mutating func step3() {
        if replaceEnding(Self.step3, in: \.r1) { return }
        if ends("ative"), word.count - 5 >= r2 { word.removeLast(5) }
    }

    private mutating func step4() {
        for ending in Self.step4 where ends(ending) {
            if word.count - ending.utf8CodeUnitCount >= r2 { word.removeLast(ending.utf8CodeUnitCount) }
            return
        }
        if ends("ion"), word.count - 3 >= r2, word.count > 3, "st".utf8.contains(word[word.count - 4]) {
            word.removeLast(3)
        }
    }

    private mutating func step5() {
        if ends("e") {
            let end = word.count - 1
            if end >= r2 || (end >= r1 && !endsShort(before: end)) { word.removeLast() }
        } else if ends("ll"), word.count - 1 >= r2 {
            word.removeLast()
        }
    }

    // MARK: Tables

    /// Longer endings first.
    private static let step2: [(StaticString, StaticString)] = [
        ("ational", "ate"), ("ization", "ize"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"),
        ("tional", "tion"), ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"),
        ("alism", "al"), ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"), ("enci", "ence"),
        ("anci", "ance"), ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"),
    ]

    private static let step3: [(StaticString, StaticString)] = [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ical", "ic"),
        ("ness", ""), ("ful", ""),
    ]

    private static let step4: [StaticString] = [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "al",
        "er", "ic",
    ]

    private static let finishedEarly: Set<String> = [
        "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed",
    ]

    private static let exceptions: [String: String] = [
        "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
        "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl", "sky": "sky", "news": "news",
        "howe": "howe", "atlas": "atlas", "cosmos": "cosmos", "bias": "bias", "andes": "andes",
    ]
}
