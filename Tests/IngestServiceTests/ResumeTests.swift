import Jobs
import ObjectStore
import Platform
import SQL
import TestSupport
import Testing

@testable import IngestService

@Suite struct ResumeTests {
    @Test(arguments: [1, 7, 19])
    func `a lecture goes on at its first unread page in another process, and the frozen one changes nothing`(
        stop: Int
    ) async throws {
        let folder = try TemporaryFolder()
        // The first process freezes: its clock stands still, so it prolongs no lease.
        let frozen = StallingReader(pagesMax: stop)
        let first = try await House(folder: folder.path, reader: frozen, time: ManualTime())
        let (userID, receipt) = try await first.add(TinyPDF.lecture(pages: 20), folder: folder)
        let running = Task { try await first.parts.jobs.run() }
        await frozen.waitUntilStalled()

        let later = ManualTime()
        later.advance(by: .seconds(60))
        let whole = StallingReader()
        let second = try await House(folder: folder.path, reader: whole, time: later)
        #expect(try await second.finish(receipt.taskID) == .completed)

        #expect(frozen.pages.count == stop)
        #expect(whole.pages.count == 20 - stop)
        #expect(Set(frozen.pages + whole.pages) == Set(1...20))

        // The frozen process wakes up and finds its lease gone.
        frozen.release.finish()
        running.cancel()
        try? await running.value
        let lecture = try await second.parts.library.lecture(receipt.lectureID, userID: userID)
        #expect(lecture.status == .completed)
        #expect(lecture.pageCount == 20)
        let kept = try await second.database.read { connection in
            (
                pages: try PageTable.numbers(of: receipt.lectureID, in: connection),
                rows: try PageTable.count(of: receipt.lectureID, in: connection),
                chunks: try ChunkTable.counts(of: receipt.lectureID, in: connection).all,
                ends: try TaskTable.events(of: receipt.taskID, after: 0, in: connection).count { $0.isLast }
            )
        }
        #expect(kept.pages == Set(1...20))
        #expect(kept.rows == 20)
        #expect(kept.chunks > 0)
        #expect(kept.ends == 1)
        await first.database.close()
        await second.database.close()
    }

    @Test func `a lecture deleted while it is read leaves no row and no file`() async throws {
        let folder = try TemporaryFolder()
        let reader = StallingReader(pagesMax: 3)
        let house = try await House(folder: folder.path, reader: reader, time: SystemTime())
        let (userID, receipt) = try await house.add(TinyPDF.lecture(pages: 6), folder: folder)
        let (removals, removal) = AsyncStream.makeStream(of: Void.self)
        house.parts.jobs.onProgress { event in
            if event.kind == LectureRemover.jobKind, event.state == .completed { removal.yield() }
        }
        let running = Task { try await house.parts.jobs.run() }
        await reader.waitUntilStalled()
        try await house.parts.library.delete(receipt.lectureID, userID: userID)
        reader.release.finish()
        for await _ in removals { break }
        await house.parts.jobs.shutdown()
        try await running.value

        let rows = try await house.database.read { connection in
            try ["lectures", "pages", "chunks", "tasks", "task_events"].map { table in
                try connection.first("SELECT COUNT(*) AS n FROM \(raw: table)")?.get("n", as: Int.self) ?? -1
            }
        }
        #expect(rows == [0, 0, 0, 0, 0])
        #expect(try await house.parts.objects.list(.all, after: nil, limit: 10).isEmpty)
        await house.database.close()
    }

    @Test func `a file that cannot be read fails with words, and a retry is a new task`() async throws {
        let folder = try TemporaryFolder()
        let house = try await House(folder: folder.path, reader: StallingReader(), time: SystemTime())
        var document = TinyPDF.lecture(pages: 2)
        document.pages = []
        let (userID, receipt) = try await house.add(document, folder: folder)
        #expect(try await house.finish(receipt.taskID) == .failed)
        let lecture = try await house.parts.library.lecture(receipt.lectureID, userID: userID)
        #expect(lecture.status == .failed)
        #expect(lecture.errorMessage?.isEmpty == false)
        let again = try await house.parts.library.retry(receipt.lectureID, userID: userID)
        #expect(again.taskID != receipt.taskID)
        let waiting = try await house.parts.library.lecture(receipt.lectureID, userID: userID)
        #expect(waiting.status == .pending)
        #expect(waiting.errorMessage == nil)
        await #expect(throws: LibraryError.busy) {
            try await house.parts.library.retry(receipt.lectureID, userID: userID)
        }
        await house.database.close()
    }

    @Test func `a lecture whose job has vanished is given up at the next check, not left waiting`() async throws {
        let folder = try TemporaryFolder()
        let house = try await House(folder: folder.path, reader: StallingReader(), time: SystemTime())
        let (userID, receipt) = try await house.add(TinyPDF.lecture(pages: 1), folder: folder)
        #expect(try await house.parts.jobs.cancel(receipt.taskID))
        let check = try #require(
            try await house.parts.jobs.jobs(JobFilter()).first { $0.kind == LectureCheck.jobKind })
        #expect(try await house.finish(check.id) == .completed)
        let lecture = try await house.parts.library.lecture(receipt.lectureID, userID: userID)
        #expect(lecture.status == .failed)
        await house.database.close()
    }
}
