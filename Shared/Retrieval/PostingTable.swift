internal import Glibc

/// Which sentences of a document have which terms, and how often: three flat arrays and the terms in alphabetical
/// order, about six bytes for each term of each sentence.
struct PostingTable: Sendable {
    struct Posting: Sendable {
        let sentence: UInt32
        var count: UInt16
    }

    private let letters: [UInt8]
    /// Where each term begins in `letters`, and one more for the end.
    private let letterStarts: [UInt32]
    private let postings: [Posting]
    /// Where each term's postings begin, and one more for the end.
    private let postingStarts: [UInt32]

    var termCount: Int { letterStarts.count - 1 }

    /// Gathers terms, sentence by sentence.
    struct Builder {
        private var numbers: [[UInt8]: Int] = [:]
        private var lists: [[Posting]] = []

        /// Notes that a sentence has a term; sentences must come in order.
        mutating func add(_ term: [UInt8], sentence: Int) {
            let number = numbers[term] ?? lists.count
            if number == lists.count {
                numbers[term] = number
                lists.append([])
            }
            if let last = lists[number].last, last.sentence == UInt32(sentence) {
                let count = last.count
                lists[number][lists[number].count - 1].count = count == .max ? count : count + 1
            } else {
                lists[number].append(Posting(sentence: UInt32(sentence), count: 1))
            }
        }

        func table() -> PostingTable {
            PostingTable(
                sorted: numbers.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, lists[$0.value]) })
        }
    }

    private init(sorted: [(term: [UInt8], postings: [Posting])]) {
        var letters: [UInt8] = []
        var letterStarts: [UInt32] = [0]
        var postings: [Posting] = []
        var postingStarts: [UInt32] = [0]
        for entry in sorted {
            letters.append(contentsOf: entry.term)
            letterStarts.append(UInt32(letters.count))
            postings.append(contentsOf: entry.postings)
            postingStarts.append(UInt32(postings.count))
        }
        self.letters = letters
        self.letterStarts = letterStarts
        self.postings = postings
        self.postingStarts = postingStarts
    }

    /// The letters of a term, by its place in the alphabetical order.
    func term(at index: Int) -> ArraySlice<UInt8> { letters[Int(letterStarts[index])..<Int(letterStarts[index + 1])] }

    /// The sentences with a term, in order; empty if there are none.
    func postings(of term: [UInt8]) -> ArraySlice<Posting> { place(of: term).map { postings(at: $0) } ?? [] }

    /// The place of a term in the alphabetical order, if the table has it.
    func place(of term: [UInt8]) -> Int? {
        let index = firstIndex(notBefore: term)
        return index < termCount && self.term(at: index).elementsEqual(term) ? index : nil
    }

    /// The sentences with the term at a place in the alphabetical order.
    func postings(at index: Int) -> ArraySlice<Posting> {
        postings[Int(postingStarts[index])..<Int(postingStarts[index + 1])]
    }

    /// The place of the first term that is not before `term` in the alphabetical order of bytes.
    func firstIndex(notBefore term: [UInt8]) -> Int {
        letters.withUnsafeBufferPointer { letters in
            term.withUnsafeBufferPointer { term in
                var low = 0
                var high = termCount
                while low < high {
                    let middle = (low + high) / 2
                    let other = UnsafeBufferPointer(
                        rebasing: letters[Int(letterStarts[middle])..<Int(letterStarts[middle + 1])])
                    if Self.precedes(other, term) { low = middle + 1 } else { high = middle }
                }
                return low
            }
        }
    }

    private static func precedes(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let one = left.baseAddress, let other = right.baseAddress else { return left.count < right.count }
        let order = memcmp(one, other, min(left.count, right.count))
        return order < 0 || (order == 0 && left.count < right.count)
    }
}

extension PostingTable {
    /// How many bytes the table takes, about.
    var byteCount: Int { letters.count + letterStarts.count * 8 + postings.count * MemoryLayout<Posting>.stride }
}
