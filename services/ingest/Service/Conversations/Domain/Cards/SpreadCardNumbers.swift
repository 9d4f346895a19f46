import Contracts

/// Finds card numbers that were spoken over several turns: "4111 1111", "mm-hm", "1111 1111".
///
/// The parts stand at the end of one turn and the beginning of a later one, of the same speaker or of both in turns. Because
/// digits from several places satisfy Luhn's rule by chance more often, only numbers that a network issues count, and
/// they begin where a run of digits begins.
struct SpreadCardNumbers {
    /// What is to be taken out of each turn, in order.
    private(set) var ranges: [Int: [Range<String.Index>]] = [:]
    private(set) var count = 0

    /// Words between the end of a part and that of its turn, and before the next part.
    private static let wordsMax = 8
    /// Turns without a part of the number between two parts.
    private static let turnsBetweenMax = 4
    /// A run of so few digits may be a word of speech, as in "one moment".
    private static let shortRun = 2
    /// Ways of putting parts together that are tried from one beginning.
    private static let stepsMax = 60

    private struct Turn {
        let index: Int
        let digits: SpokenDigits
        /// Runs with which the turn may go on with a number, and those with which it may leave one unfinished.
        let heads: [Int]
        let tails: [Int]
        /// Whether a number may go on behind it: little was said, and hardly a digit.
        let isAside: Bool

        init(_ index: Int, _ text: String) {
            self.index = index
            digits = SpokenDigits(text)
            let runs = digits.runs
            let total = digits.wordCount
            var heads: [Int] = []
            for (number, run) in runs.enumerated() where run.wordsBefore <= wordsMax {
                heads.append(number)
                if run.digits.count > shortRun { break }
            }
            var tails: [Int] = []
            for (number, run) in runs.enumerated().reversed() where total - run.wordsBefore <= wordsMax {
                tails.append(number)
                if run.digits.count > shortRun { break }
            }
            self.heads = heads
            self.tails = tails
            isAside = total <= wordsMax && runs.allSatisfy { $0.digits.count <= shortRun }
        }
    }

    /// Whole runs, and in the last turn the run up to a digit.
    private struct Part {
        let turn: Int
        let run: Int
        let digits: ArraySlice<SpokenDigits.Digit>
    }

    init(_ turns: [ConversationTurn]) {
        let parsed = turns.enumerated().map { Turn($0.offset, $0.element.text) }
        let chains = [
            parsed.filter { turns[$0.index].speaker == .user }, parsed.filter { turns[$0.index].speaker == .agent },
            parsed,
        ]
        var taken: Set<[Int]> = []
        for chain in chains {
            for place in chain.indices {
                for run in chain[place].tails where !taken.contains([chain[place].index, run]) {
                    var search = Search(chain: chain, taken: taken)
                    guard let parts = search.parts(from: place, run) else { continue }
                    count += 1
                    for part in parts {
                        taken.insert([part.turn, part.run])
                        if let first = part.digits.first, let last = part.digits.last {
                            ranges[part.turn, default: []].append(first.range.lowerBound..<last.range.upperBound)
                        }
                    }
                }
            }
        }
        for turn in ranges.keys { ranges[turn]?.sort { $0.lowerBound < $1.lowerBound } }
    }

    /// Tries ways of going on, the nearest first.
    private struct Search {
        let chain: [Turn]
        /// Runs that belong to a number already.
        let taken: Set<[Int]>
        private var steps = 0

        init(chain: [Turn], taken: Set<[Int]>) {
            self.chain = chain
            self.taken = taken
        }

        mutating func parts(from place: Int, _ run: Int) -> [Part]? {
            let first = chain[place].digits.runs[run]
            let number = first.digits.map(\.value)
            guard !first.isSigned, number.count < CardNumber.lengths.upperBound, CardNumber.mayBegin(number) else {
                return nil
            }
            return goOn(behind: place, [Part(turn: chain[place].index, run: run, digits: first.digits[...])], number)
        }

        /// - Parameter number: The digits of the parts.
        private mutating func goOn(behind place: Int, _ parts: [Part], _ number: [Int]) -> [Part]? {
            var next = place + 1
            while next < chain.count, chain[next].index - chain[place].index <= turnsBetweenMax + 1 {
                let turn = chain[next]
                for run in turn.heads where !taken.contains([turn.index, run]) {
                    steps += 1
                    guard steps <= stepsMax else { return nil }
                    if let found = take(run, at: next, parts, number) { return found }
                }
                guard turn.isAside else { return nil }
                next += 1
            }
            return nil
        }

        /// The parts with this run, or the beginning of it, as the last one; or with what follows it.
        private mutating func take(_ run: Int, at place: Int, _ parts: [Part], _ number: [Int]) -> [Part]? {
            let turn = chain[place]
            let digits = turn.digits.runs[run].digits
            guard !turn.digits.runs[run].isSigned else { return nil }
            let longer = number + digits.prefix(CardNumber.lengths.upperBound).map(\.value)
            guard CardNumber.mayBegin(longer) else { return nil }
            for end in digits.indices.prefix(CardNumber.lengths.upperBound).reversed() {
                let length = number.count + end + 1
                guard CardNumber.lengths.contains(length), end + 1 == digits.count || !digits[end + 1].isInside else {
                    continue
                }
                let candidate = Array(longer.prefix(length))
                if CardNumber.isSound(candidate), CardNumber.isIssued(candidate) {
                    return parts + [Part(turn: turn.index, run: run, digits: digits[...end])]
                }
            }
            guard longer.count < CardNumber.lengths.upperBound, turn.tails.contains(run) else { return nil }
            return goOn(behind: place, parts + [Part(turn: turn.index, run: run, digits: digits[...])], longer)
        }
    }
}
