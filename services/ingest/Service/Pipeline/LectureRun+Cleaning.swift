import Platform
import SQL

extension LectureRun {
    /// Finds what recurs over all pages, then stores each page's text without it.
    ///
    /// Both passes hold a few pages at a time, however many the lecture has.
    func cleanPages(pageCount: Int) async throws {
        var cleaner = PageCleaner()
        try await forEachPage { pages in
            for page in pages { cleaner.learn(page) }
        }
        let pass = cleaner.finish()
        let id = lecture.id
        try await forEachPage { pages in
            let cleaned = pages.map { (number: $0.number, text: pass.cleaned($0)) }
            try await commit { connection in
                for page in cleaned {
                    try PageTable.setCleanedText(page.text, of: id, page: page.number, in: connection)
                }
                return nil
            }
        }
        try await advance(to: .chunking, .after(reading: pageCount, stage: .chunking))
    }

    private func forEachPage(_ body: ([CleaningPage]) async throws -> Void) async throws {
        let (id, limit) = (lecture.id, pipeline.options.pagesPerCleaning)
        var last = 0
        while true {
            try Task.checkCancellation()
            let after = last
            let pages = try await pipeline.database.read {
                try PageTable.forCleaning(of: id, after: after, limit: limit, in: $0)
            }
            guard let number = pages.last?.number else { return }
            try await body(pages)
            last = number
        }
    }
}
