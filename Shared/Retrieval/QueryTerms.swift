/// The terms of a question.
struct QueryTerms {
    /// Each term once, with how often the question has it, in the order of the question.
    private(set) var terms: [(letters: [UInt8], count: Int)] = []

    /// The terms of a question without stop words, or with them if it has no others.
    init(_ query: String) {
        let bytes = Array(query.utf8)
        var scanner = TermScanner()
        collect(&scanner, bytes)
        if terms.isEmpty {
            var scanner = TermScanner(keepsStopWords: true)
            collect(&scanner, bytes)
        }
    }

    private mutating func collect(_ scanner: inout TermScanner, _ bytes: [UInt8]) {
        var numbers: [[UInt8]: Int] = [:]
        scanner.scan(0..<bytes.count, of: bytes) { term, _ in
            if let number = numbers[term] {
                terms[number].count += 1
            } else if terms.count < SearchTuning.queryTermsMax {
                numbers[term] = terms.count
                terms.append((term, 1))
            }
        }
    }

    /// Replaces each term that no document has by the nearest one that some have: words of five letters or more with
    /// one letter wrong, missing, too many, or two changed round.
    mutating func mend(for documents: [IndexedDocument]) {
        for index in terms.indices {
            let letters = terms[index].letters
            guard letters.count >= 5, letters.allSatisfy(UTF8Text.isLower),
                documents.allSatisfy({ $0.postings.postings(of: letters).isEmpty })
            else { continue }
            var counts: [[UInt8]: Int] = [:]
            for document in documents {
                document.postings.forEachNear(letters) { counts[Array($0), default: 0] += $1 }
            }
            // The most frequent one; of equals the first in the alphabet, so that the answer is always the same.
            let best = counts.min { left, right in
                left.value != right.value ? left.value > right.value : left.key.lexicographicallyPrecedes(right.key)
            }
            if let best { terms[index].letters = best.key }
        }
    }
}

extension PostingTable {
    /// Calls `body` with each term of five letters or more that begins with the same letter and differs by one step,
    /// and how many sentences have it.
    func forEachNear(_ letters: [UInt8], _ body: (ArraySlice<UInt8>, Int) -> Void) {
        guard let first = letters.first else { return }
        var index = firstIndex(notBefore: [first])
        while index < termCount {
            let term = term(at: index)
            guard term.first == first else { return }
            if term.count >= 5, abs(term.count - letters.count) <= 1, Self.isOneStep(from: letters[...], to: term) {
                body(term, postings(at: index).count)
            }
            index += 1
        }
    }

    /// Whether one letter wrong, missing, too many or two changed round is all that parts two words.
    static func isOneStep(from left: ArraySlice<UInt8>, to right: ArraySlice<UInt8>) -> Bool {
        var left = left
        var right = right
        while let a = left.first, a == right.first {
            left.removeFirst()
            right.removeFirst()
        }
        while let a = left.last, a == right.last {
            left.removeLast()
            right.removeLast()
        }
        if left.count + right.count == 1 { return true }
        if left.count == 1, right.count == 1 { return true }
        return left.count == 2 && right.count == 2 && left.first == right.last && left.last == right.first
    }
}
