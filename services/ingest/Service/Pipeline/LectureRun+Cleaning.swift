import Jobs
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
        var headings = HeadingFinder(pass.sizes)
        try await forEachPage { pages in
            var cleaned: [(number: Int, text: String)] = []
            for page in pages {
                let content = pass.content(of: page)
                headings.add(content, page: page.number)
                cleaned.append((page.number, pass.text(of: content)))
            }
            let texts = cleaned
            try await commit { connection in
                for page in texts {
                    try PageTable.setCleanedText(page.text, of: id, page: page.number, in: connection)
                }
                return nil
            }
        }
        try await keepOutline(headings.headings())
        try await advance(to: .chunking, .after(reading: pageCount, stage: .chunking))
    }

    /// Makes headings the lecture's outline, unless the file brought its own.
    private func keepOutline(_ headings: [OutlineItem]) async throws {
        guard !headings.isEmpty else { return }
        let (id, taskID, userID) = (lecture.id, context.id, lecture.userID)
        let outline = LectureOutline(headings)
        try await commit { connection in
            if try LectureTable.outline(of: id, userID: userID, in: connection) == nil {
                try LectureTable.setOutline(id, taskID: taskID, outline: outline.text, in: connection)
            }
            return nil
        }
    }

    private func forEachPage(_ body: ([CleaningPage]) async throws -> Void) async throws {
        let (id, limit) = (lecture.id, pipeline.options.pagesPerStep)
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
