/// How much text of a document is set in letters of each size.
struct LetterSizes: Sendable, Hashable {
    /// Bytes of text by size in half points.
    private var bytes: [Int: Int] = [:]

    /// A size as it is counted; nil when it is not known.
    static func halfPoints(of fontSize: Double) -> Int? {
        fontSize > 0 ? Int(min(max(fontSize * 2, 1), 10_000).rounded()) : nil
    }

    /// The size of most of the text in points, of two equals the smaller; nil when no size is known.
    var body: Double? {
        bytes.filter { $0.value > 0 }.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { Double($0.key) / 2 }
    }

    mutating func add(_ count: Int, halfPoints: Int) {
        bytes[halfPoints, default: 0] += count
    }

    mutating func add(_ line: CleaningPage.Line) {
        guard let size = Self.halfPoints(of: line.fontSize) else { return }
        add(line.text.utf8.count, halfPoints: size)
    }

    /// The sizes without those of a part of the text.
    func subtracting(_ part: LetterSizes) -> LetterSizes {
        var rest = self
        for (size, count) in part.bytes { rest.add(-count, halfPoints: size) }
        return rest
    }
}
