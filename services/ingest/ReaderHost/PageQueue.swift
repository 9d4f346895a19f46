/// Which pages of a document are still to be handed to a worker, and in what portions.
///
/// Pages go out as runs of consecutive numbers. Reading a page of born-digital text takes half a millisecond and
/// recognising a scanned one a second, so a run grows while pages come back quickly and shrinks to one page when they do
/// not; and what a worker did not reach within its time slice goes back to the front for whoever is free next.
struct PageQueue: Sendable {
    /// No run is longer than this.
    static let runPagesMax = 32

    private var pending: [Range<Int>]
    private var runPages = 2
    private let workerCount: Int

    /// - Parameter pages: In any order; each is handed out once.
    init(pages: [Int], workerCount: Int) {
        self.workerCount = max(1, workerCount)
        pending = []
        for page in Set(pages).sorted() {
            if let last = pending.last, last.upperBound == page {
                pending[pending.count - 1] = last.lowerBound..<page + 1
            } else {
                pending.append(page..<page + 1)
            }
        }
        // The front is at the end, where taking is cheap.
        pending.reverse()
    }

    /// How many pages nobody has been given yet.
    var pendingCount: Int { pending.reduce(0) { $0 + $1.count } }

    /// The next run, or nil when everything has been handed out.
    mutating func next() -> Range<Int>? {
        guard let front = pending.popLast() else { return nil }
        // Towards the end the runs become short, so that all workers finish together.
        let fairShare = max(1, (pendingCount + front.count) / (2 * workerCount))
        let count = min(front.count, runPages, fairShare)
        if count < front.count { pending.append(front.lowerBound + count..<front.upperBound) }
        return front.lowerBound..<front.lowerBound + count
    }

    /// Notes that of a run all pages before `reached` came back within the time slice.
    mutating func finish(_ run: Range<Int>, reached: Int) {
        if reached < run.upperBound {
            pending.append(max(run.lowerBound, reached)..<run.upperBound)
            runPages = 1
        } else if run.count >= runPages {
            runPages = min(runPages * 2, Self.runPagesMax)
        }
    }
}
