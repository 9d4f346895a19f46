import Jobs
import ObjectStore
import Platform
import SQL
import TestSupport
import Testing

@testable import IngestService

/// The steps after reading work on a few pages or chunks at a time; here they are cut off between two of these.
@Suite struct StepResumeTests {
    /// Where the process freezes.
    enum Step: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case cleaning, chunking, embedding

        var testDescription: String { rawValue }

        /// Whether some of the step has been done, and not all.
        func isUnderWay(in connection: any SQLConnection) throws -> Bool {
            let row = try connection.first(
                """
                SELECT (SELECT stage FROM lectures) AS stage, (SELECT COUNT(cleaned_text) FROM pages) AS pages,
                    (SELECT COUNT(*) FROM chunks) AS chunks, (SELECT COUNT(vectors) FROM chunks) AS vectors
                """)
            guard let row, try row.get("stage", as: String?.self) == rawValue else { return false }
            switch self {
            case .cleaning: return try row.get("pages", as: Int.self) > 0
            case .chunking: return try row.get("chunks", as: Int.self) > 0
            case .embedding: return try row.get("vectors", as: Int.self) > 0
            }
        }
    }

    /// What a lecture has become, without what differs from one reading to the next.
    private struct Memory: Equatable, Sendable {
        var pages: [String]
        var chunks: [[SQLValue]]

        init(in connection: any SQLConnection) throws {
            pages = try connection.query("SELECT cleaned_text FROM pages ORDER BY number").map {
                try $0.get("cleaned_text")
            }
            chunks = try connection.query(
                """
                SELECT position, page_from, page_to, heading, text, layout, vectors FROM chunks ORDER BY position
                """
            ).map { row in try (0..<7).map { try row.get(at: $0, as: SQLValue.self) } }
        }
    }

    private static let lecture = TinyPDF.lecture(pages: 130)

    /// What comes of the lecture when nothing is cut off.
    private func undisturbed() async throws -> Memory {
        let folder = try TemporaryFolder()
        let house = try await House(
            folder: folder.path, reader: StallingReader(), time: SystemTime(), embedder: LetterEmbedder())
        let (_, receipt) = try await house.add(Self.lecture, folder: folder)
        #expect(try await house.finish(receipt.taskID) == .completed)
        let memory = try await house.database.read { try Memory(in: $0) }
        await house.database.close()
        return memory
    }

    /// A house whose database stops in the middle of a step.
    private func frozenHouse(
        in folder: TemporaryFolder, at step: Step, time: any TimeSource
    ) async throws -> (house: House, database: StallingDatabase) {
        var stalling: StallingDatabase?
        let house = try await House(
            folder: folder.path, reader: StallingReader(), time: time, embedder: LetterEmbedder()
        ) { database in
            let made = StallingDatabase(database) { try step.isUnderWay(in: $0) }
            stalling = made
            return made
        }
        return (house, try #require(stalling))
    }

    @Test(arguments: Step.allCases)
    func `a step that was cut off is gone on with in another process, nothing twice and nothing lost`(
        step: Step
    ) async throws {
        let expected = try await undisturbed()
        #expect(expected.chunks.count > 16)
        let folder = try TemporaryFolder()
        // The first process freezes: its clock stands still, so it prolongs no lease.
        let (first, frozen) = try await frozenHouse(in: folder, at: step, time: ManualTime())
        let (_, receipt) = try await first.add(Self.lecture, folder: folder)
        let running = Task { try await first.parts.jobs.run() }
        await frozen.waitUntilStalled()

        let later = ManualTime()
        later.advance(by: .seconds(60))
        let second = try await House(
            folder: folder.path, reader: StallingReader(), time: later, embedder: LetterEmbedder())
        #expect(try await second.finish(receipt.taskID) == .completed)
        #expect(try await second.database.read { try Memory(in: $0) } == expected)

        // The frozen process wakes up and finds its lease gone.
        frozen.release()
        await first.parts.jobs.shutdown()
        running.cancel()
        try? await running.value
        #expect(try await second.database.read { try Memory(in: $0) } == expected)
        await first.database.close()
        await second.database.close()
    }

    @Test(arguments: Step.allCases)
    func `a lecture deleted in the middle of a step leaves no row and no file`(step: Step) async throws {
        let folder = try TemporaryFolder()
        let (first, frozen) = try await frozenHouse(in: folder, at: step, time: SystemTime())
        let (userID, receipt) = try await first.add(Self.lecture, folder: folder)
        let (removals, removal) = AsyncStream.makeStream(of: Void.self)
        first.parts.jobs.onProgress { event in
            if event.kind == LectureRemover.jobKind, event.state == .completed { removal.yield() }
        }
        let running = Task { try await first.parts.jobs.run() }
        await frozen.waitUntilStalled()
        // Another process deletes it.
        let second = try await House(folder: folder.path, reader: StallingReader(), time: SystemTime())
        try await second.parts.library.delete(receipt.lectureID, userID: userID)
        frozen.release()
        first.parts.jobs.wake()
        for await _ in removals { break }
        await first.parts.jobs.shutdown()
        try await running.value

        let rows = try await second.database.read { connection in
            try ["lectures", "pages", "chunks", "tasks", "task_events"].map { table in
                try connection.first("SELECT COUNT(*) AS n FROM \(raw: table)")?.get("n", as: Int.self) ?? -1
            }
        }
        #expect(rows == [0, 0, 0, 0, 0])
        #expect(try await second.parts.objects.list(.all, after: nil, limit: 10).isEmpty)
        await first.database.close()
        await second.database.close()
    }

    @Test func `a lecture that is cut again keeps the chunks that are the same and loses what is too many`()
        async throws
    {
        let folder = try TemporaryFolder()
        let house = try await House(
            folder: folder.path, reader: StallingReader(), time: SystemTime(), embedder: LetterEmbedder())
        let (userID, receipt) = try await house.add(Self.lecture, folder: folder)
        #expect(try await house.finish(receipt.taskID) == .completed)
        let expected = try await house.database.read { try Memory(in: $0) }
        let ids = try await house.database.read { try Self.ids(in: $0) }
        // As if an older program had cut the lecture.
        try await house.database.write { connection in
            try connection.execute("UPDATE chunks SET text = 'old' WHERE position = 3")
            try connection.execute(
                """
                INSERT INTO chunks (id, lecture_id, position, page_from, page_to, heading, text, layout)
                SELECT 'extra', lecture_id, \(ids.count), page_from, page_to, heading, text, layout FROM chunks
                WHERE position = 0
                """)
        }
        let again = try await house.parts.library.buildMemory(receipt.lectureID, userID: userID)
        let second = try await House(
            folder: folder.path, reader: StallingReader(), time: SystemTime(), embedder: LetterEmbedder())
        #expect(try await second.finish(again.taskID) == .completed)
        #expect(try await second.database.read { try Memory(in: $0) } == expected)
        let newIDs = try await second.database.read { try Self.ids(in: $0) }
        #expect(newIDs.count == ids.count)
        #expect(newIDs.indices.filter { newIDs[$0] != ids[$0] } == [3])
        await house.database.close()
        await second.database.close()
    }

    private static func ids(in connection: any SQLConnection) throws -> [String] {
        try connection.query("SELECT id FROM chunks ORDER BY position").map { try $0.get("id") }
    }
}
