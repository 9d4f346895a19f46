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
    /// A few pages are held at a time, and their chunks written together. Cut off, it begins anew and comes to the same
    /// chunks; whoever searches a lecture that is cut again finds each part of it either way meanwhile.
    func storeChunks(pageCount: Int) async throws {
        let (id, limit) = (lecture.id, pipeline.options.pagesPerStep)
        var chunker = Chunker()
        var last = 0
        var count = 0
        while true {
            try Task.checkCancellation()
            let after = last
            let pages = try await pipeline.database.read {
                try PageTable.cleanedTexts(of: id, after: after, limit: limit, in: $0)
            }
            guard let end = pages.last?.number else { break }
            last = end
            let chunks = pages.flatMap { chunker.append(SourcePage(number: $0.number, text: $0.text)) }
            count += chunks.count
            guard !chunks.isEmpty else { continue }
            try await commit { connection in
                try ChunkTable.put(chunks, of: id, in: connection)
                return nil
            }
        }
        let rest = chunker.finish()
        try await endChunking(rest, count: count + rest.count, chunker.headings, pageCount: pageCount)
    }

    /// Stores the last chunks, removes what an earlier attempt had more, and ends the stage.
    private func endChunking(
        _ chunks: [Chunk], count: Int, _ headings: [DocumentHeading], pageCount: Int
    ) async throws {
        let (id, userID, taskID, now) = (lecture.id, lecture.userID, context.id, pipeline.time.wall)
        let (outline, status) = (LectureOutline(headings), runningStatus)
        try await commit { connection in
            try ChunkTable.put(chunks, of: id, in: connection)
            try ChunkTable.delete(of: id, from: count, in: connection)
            if try LectureTable.outline(of: id, userID: userID, in: connection) == nil {
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
        var last = -1
        while true {
            try Task.checkCancellation()
            let after = last
            let next = try await pipeline.database.read {
                try ChunkTable.withoutVectors(of: id, after: after, limit: limit, in: $0)
            }
            guard let end = next.last else { return }
            last = end.chunk.index
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
