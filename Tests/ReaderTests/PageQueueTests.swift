import Testing

@testable import ReaderHost

@Suite("Handing out pages")
struct PageQueueTests {
    @Test("every page wanted is handed out exactly once, whatever is given back")
    func everyPageOnce() {
        for limit in [1, 2, 5, 100] {
            var queue = PageQueue(pages: [9, 3, 4, 5, 1, 3, 20, 21, 22, 23, 24, 25, 26], workerCount: 2)
            var seen: [Int] = []
            while let run = queue.next() {
                let reached = min(run.upperBound, run.lowerBound + limit)
                seen += run.lowerBound..<reached
                queue.finish(run, reached: reached)
            }
            #expect(seen.sorted() == [1, 3, 4, 5, 9, 20, 21, 22, 23, 24, 25, 26])
        }
    }

    @Test("runs grow while pages are quick and are single pages after one was slow")
    func runsFollowTheSpeed() throws {
        var queue = PageQueue(pages: Array(1...1000), workerCount: 2)
        var longest = 0
        for _ in 0..<8 {
            let run = try taken(&queue)
            longest = max(longest, run.count)
            queue.finish(run, reached: run.upperBound)
        }
        #expect(longest == PageQueue.runPagesMax)
        let run = try taken(&queue)
        queue.finish(run, reached: run.lowerBound + 1)
        let rest = try taken(&queue)
        #expect(rest == run.lowerBound + 1..<run.lowerBound + 2)
    }

    @Test("the last pages are shared out among the workers")
    func theEndIsShared() throws {
        var queue = PageQueue(pages: Array(1...64), workerCount: 2)
        for _ in 0..<4 {
            let run = try taken(&queue)
            queue.finish(run, reached: run.upperBound)
        }
        let left = queue.pendingCount
        let run = try taken(&queue)
        #expect(run.count <= max(1, left / 4))
    }

    private func taken(_ queue: inout PageQueue) throws -> Range<Int> {
        let run = queue.next()
        return try #require(run)
    }
}
