/// Lines of the same shape at the same edge, and which of them are furniture.
struct FurnitureGroup: Sendable {
    /// What all its lines have in common.
    struct Kind: Sendable, Hashable {
        let isUpper: Bool
        let isPageMark: Bool
        let isExplicitPageMark: Bool
        let hasWords: Bool
        let hasSeveralWords: Bool
    }

    /// One line near an edge.
    struct Place: Sendable, Hashable {
        let page: Int
        let line: Int
        /// In thousandths of the page's height.
        let middle: Int
        let length: Int
        /// The size of its letters; nil when it is not known.
        let halfPoints: Int?
        /// As many for each place of a group.
        let numbers: [Int]
    }

    let kind: Kind
    let places: [Place]

    /// How far, in thousandths of the page's height, a line may stand from the others of its kind.
    private static let spread = 15
    /// The share of places whose number must fit.
    private static let numberShare = 0.8

    /// The places that are furniture in a document with so many pages with text.
    func furniture(pagesWithText: Int) -> [Place] {
        let aligned = alignedPlaces()
        guard aligned.count >= 2 else { return [] }
        switch numberBehaviour(of: aligned) {
        case .still: return recurring(aligned, isCounting: false, pagesWithText: pagesWithText)
        case .counting: return recurring(aligned, isCounting: true, pagesWithText: pagesWithText)
        case .neither:
            // `Chapter 3` on twenty pages and `Chapter 4` on the next twenty: each is judged on its own.
            return Dictionary(grouping: aligned, by: \.numbers).values.flatMap {
                recurring($0, isCounting: false, pagesWithText: pagesWithText)
            }
        }
    }

    /// One place for each page, at about the height of most.
    private func alignedPlaces() -> [Place] {
        let heights = places.map(\.middle).sorted()
        let median = heights[heights.count / 2]
        var aligned: [Place] = []
        for place in places.sorted(by: { ($0.page, $0.line) < ($1.page, $1.line) })
        where abs(place.middle - median) <= Self.spread && aligned.last?.page != place.page {
            aligned.append(place)
        }
        return aligned
    }

    private enum NumberBehaviour {
        case still, counting, neither
    }

    private func numberBehaviour(of places: [Place]) -> NumberBehaviour {
        var isCounting = false
        for position in (places.first?.numbers ?? []).indices {
            let values = places.map { $0.numbers[position] }
            let offsets = places.map { $0.numbers[position] - $0.page }
            if Self.mostCommonShare(offsets) >= Self.numberShare, Set(values).count > 1 {
                isCounting = true
            } else if Self.mostCommonShare(values) < Self.numberShare {
                return .neither
            }
        }
        return isCounting ? .counting : .still
    }

    private static func mostCommonShare(_ values: [Int]) -> Double {
        let counts = values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return Double(counts.values.max() ?? 0) / Double(max(values.count, 1))
    }

    private func recurring(_ places: [Place], isCounting: Bool, pagesWithText: Int) -> [Place] {
        let count = places.count
        let middle = places[count / 2].middle
        let isAtVeryEdge = middle < 60 || middle > 900
        if isCounting, !kind.isPageMark, kind.isUpper, !kind.hasSeveralWords { return [] }
        switch pagesWithText {
        case ...2:
            // Two pages prove nothing; only a mark that names the very page goes.
            guard count == pagesWithText, kind.isPageMark, kind.isExplicitPageMark || isAtVeryEdge,
                places.allSatisfy({ $0.numbers.first == $0.page })
            else { return [] }
            return places
        case 3...5:
            guard count >= max(3, pagesWithText - 1), kind.isPageMark && isCounting || isAtVeryEdge else { return [] }
            return places
        default:
            let share = Double(count) / Double(pagesWithText)
            if count >= 4, share >= (isAtVeryEdge ? 0.5 : 0.6) { return places }
            if count >= 4, kind.isPageMark, isCounting, share >= 0.2 { return places }
            return isAtVeryEdge ? run(places) : []
        }
    }

    /// What stands on a dense run of pages, such as the title of a chapter. Its first place stays: it may be the only
    /// one where the title is said.
    private func run(_ places: [Place]) -> [Place] {
        guard places.count >= 5, let first = places.first, let last = places.last else { return [] }
        let span = last.page - first.page + 1
        guard Double(places.count) >= 0.35 * Double(span) else { return [] }
        return kind.isUpper && kind.hasWords ? Array(places.dropFirst()) : places
    }
}
