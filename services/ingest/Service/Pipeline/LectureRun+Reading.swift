import Jobs
import Metrics
import ObjectStore
import Platform
import ReaderProtocol
import SQL

extension LectureRun {
    /// Reads the pages that have no row yet, several at a time, and stores them as they come.
    ///
    /// - Returns: how many pages the lecture has.
    func readPages() async throws -> Int {
        guard let path = try await pipeline.objects.localPath(try ObjectKey(lecture.fileKey)) else {
            throw ReaderFailure(.damaged, "The uploaded file is not there any more.")
        }
        let info = try await pipeline.reader.read(path, password: nil) { info in
            let done = try await begin(info)
            return (1...max(info.pageCount, 1)).filter { !done.contains($0) }
        } deliver: { pages in
            try await store(pages)
        }
        try await advance(to: .cleaning, .after(reading: info.pageCount, stage: .cleaning))
        return info.pageCount
    }

    /// Marks the lecture as being worked on. Returns the pages that an earlier attempt has read.
    private func begin(_ info: DocumentInfo) async throws -> Set<Int> {
        let (id, taskID, now) = (lecture.id, context.id, pipeline.time.wall)
        let outline = LectureOutline(bookmarks: info.outline)
        try await commit { connection in
            try LectureTable.begin(id, taskID: taskID, pageCount: info.pageCount, at: now, in: connection)
            if !outline.items.isEmpty {
                try LectureTable.setOutline(id, taskID: taskID, outline: outline.text, in: connection)
            }
            return nil
        }
        return try await pipeline.database.read { try PageTable.numbers(of: id, in: $0) }
    }

    private func store(_ pages: [PageReading]) async throws {
        let (id, taskID, now) = (lecture.id, context.id, pipeline.time.wall)
        let stage = pages.contains { $0.source == .ocr } ? "ocr" : "text"
        try await commit { connection in
            for page in pages { try PageTable.insert(page, lectureID: id, in: connection) }
            let done = try PageTable.count(of: id, in: connection)
            let pageCount = try LectureTable.pageCount(of: id, taskID: taskID, in: connection) ?? done
            let progress = TaskEvent.Progress.reading(page: done, of: pageCount, stage: stage)
            // One event for each step in percent is enough for a progress bar, and a thousand pages make no more rows
            // than a hundred.
            let last = try TaskTable.latest(of: taskID, in: connection)?.progress
            guard last.map({ progress.percent > $0.percent || $0.page == 0 }) ?? true else { return nil }
            return try TaskTable.append(
                taskID: taskID, lectureID: id, kind: .progress, progress: progress, status: .processing, at: now,
                in: connection)
        }
        for page in pages { pipeline.metrics.pageRead(page.source) }
    }

    /// Ends a stage.
    func advance(to stage: PipelineStage, _ progress: TaskEvent.Progress) async throws {
        let (id, taskID, now) = (lecture.id, context.id, pipeline.time.wall)
        let status = runningStatus
        try await commit { connection in
            try LectureTable.advance(id, taskID: taskID, to: stage, at: now, in: connection)
            return try TaskTable.append(
                taskID: taskID, lectureID: id, kind: .progress, progress: progress, status: status, at: now,
                in: connection)
        }
    }

    /// What listeners are told while the job runs: a lecture that had been read before stays completed.
    var runningStatus: LectureStatus { lecture.status == .completed ? .completed : .processing }
}
