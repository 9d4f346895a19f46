import Embeddings
import Jobs
import Logs
import Metrics
import Platform
import Retrieval
import SQL

extension LectureRun {
    /// Cuts the cleaned text into chunks and stores them in place of those of an earlier attempt.
    ///
    /// The text of all pages is held for this one step: about 3 MB for a thousand pages.
    func storeChunks(pageCount: Int) async throws {
        let id = lecture.id
        let source = try await pipeline.database.read { connection in
            SourceText(
                pages: try PageTable.cleanedTexts(of: id, in: connection).map {
                    SourcePage(number: $0.number, text: $0.text)
                })
        }
        let chunks = Chunker().chunks(of: source)
        let (taskID, now, status) = (context.id, pipeline.time.wall, runningStatus)
        let outline = LectureOutline(headingsOf: source)
        try await commit { connection in
            try ChunkTable.replaceAll(of: id, with: chunks, in: connection)
            if try LectureTable.outline(of: id, userID: lecture.userID, in: connection) == nil {
                try LectureTable.setOutline(id, taskID: taskID, outline: outline.text, in: connection)
            }
            try LectureTable.advance(id, taskID: taskID, to: .embedding, at: now, in: connection)
            return try TaskTable.append(
                taskID: taskID, lectureID: id, kind: .progress,
                progress: .after(reading: pageCount, stage: .embedding), status: status, at: now, in: connection)
        }
    }

    /// Embeds the chunks that have no vectors yet, a few at a time, then completes the lecture.
    func embedChunks(pageCount: Int) async throws {
        guard let embedder = pipeline.embedding.embedder else {
            return try await complete(pageCount: pageCount, model: nil, dimension: nil)
        }
        do {
            try await embedChunks(pageCount: pageCount, by: embedder)
            try await complete(pageCount: pageCount, model: embedder.modelName, dimension: embedder.dimension)
        } catch let error as EmbeddingError where error.code != .closed {
            pipeline.logger.error(
                "the embedding model cannot be used; the lecture is found by its words only",
                [("lecture.id", "\(lecture.id)"), ("error", "\(error)")])
            try await complete(pageCount: pageCount, model: nil, dimension: nil)
        }
    }

    private func embedChunks(pageCount: Int, by embedder: any Embedder) async throws {
        let (id, taskID, status) = (lecture.id, context.id, runningStatus)
        let limit = pipeline.options.chunksPerEmbedding
        var counts = try await pipeline.database.read { try ChunkTable.counts(of: id, in: $0) }
        while true {
            try Task.checkCancellation()
            let next = try await pipeline.database.read {
                try ChunkTable.withoutVectors(of: id, limit: limit, in: $0)
            }
            guard !next.isEmpty else { return }
            let vectors = try await ChunkEmbedder.vectors(of: next.map(\.chunk), by: embedder)
            counts.embedded += next.count
            let progress = TaskEvent.Progress.after(
                reading: pageCount, stage: .embedding, done: counts.embedded, of: counts.all)
            let now = pipeline.time.wall
            try await commit { connection in
                for (chunk, vectors) in zip(next, vectors) {
                    try ChunkTable.setVectors(vectors, of: chunk.id, in: connection)
                }
                let last = try TaskTable.latest(of: taskID, in: connection)
                guard progress.percent > last?.progress.percent ?? 0 else { return nil }
                return try TaskTable.append(
                    taskID: taskID, lectureID: id, kind: .progress, progress: progress, status: status, at: now,
                    in: connection)
            }
        }
    }

    private func complete(pageCount: Int, model: String?, dimension: Int?) async throws {
        let (lecture, taskID, now) = (lecture, context.id, pipeline.time.wall)
        try await complete { connection in
            try LectureTable.complete(
                lecture.id, taskID: taskID, model: model, dimension: dimension, at: now, in: connection)
            try MaterialVersions.raise(userID: lecture.userID, in: connection)
            return try TaskTable.append(
                taskID: taskID, lectureID: lecture.id, kind: .complete,
                progress: TaskEvent.Progress(page: pageCount, pages: pageCount, percent: 100, stage: "done"),
                status: .completed, at: now, in: connection)
        }
        pipeline.metrics.lecturesCompleted.add()
    }
}
