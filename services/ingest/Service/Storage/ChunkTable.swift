import Embeddings
import Platform
import Retrieval
import SQL

/// The rows of `chunks`: the parts of a lecture that are searched.
enum ChunkTable {
    /// What joins the headings over a chunk.
    static let headingSeparator = " › "

    /// Keeps chunks, each in place of the one that stood there; one that is the same keeps its id. They have no vectors.
    static func put(_ chunks: [Chunk], of lectureID: Identifier, in connection: any SQLConnection) throws {
        for chunk in chunks {
            try connection.execute(
                """
                INSERT INTO chunks (id, lecture_id, position, page_from, page_to, heading, text, layout)
                VALUES (\(Identifier.make()), \(lectureID), \(chunk.index), \(chunk.pageFrom), \(chunk.pageTo),
                    \(chunk.headingPath.joined(separator: headingSeparator)), \(chunk.text), \(chunk.layout))
                ON CONFLICT (lecture_id, position) DO UPDATE SET
                    id = CASE WHEN chunks.text = excluded.text AND chunks.layout = excluded.layout
                        THEN chunks.id ELSE excluded.id END,
                    page_from = excluded.page_from, page_to = excluded.page_to, heading = excluded.heading,
                    text = excluded.text, layout = excluded.layout, vectors = NULL
                """)
        }
    }

    /// Removes the chunks from a place in the lecture on.
    static func delete(of lectureID: Identifier, from position: Int, in connection: any SQLConnection) throws {
        try connection.execute("DELETE FROM chunks WHERE lecture_id = \(lectureID) AND position >= \(position)")
    }

    static func deleteAll(of lectureID: Identifier, in connection: any SQLConnection) throws {
        try connection.execute("DELETE FROM chunks WHERE lecture_id = \(lectureID)")
    }

    /// How many chunks there are, and how many of them have vectors.
    static func counts(
        of lectureID: Identifier, in connection: any SQLConnection
    ) throws -> (all: Int, embedded: Int) {
        let row = try connection.first(
            "SELECT COUNT(*) AS chunks, COUNT(vectors) AS embedded FROM chunks WHERE lecture_id = \(lectureID)")
        return (try row?.get("chunks") ?? 0, try row?.get("embedded") ?? 0)
    }

    /// The next chunks without vectors after a place in the lecture (-1 for its beginning), in order.
    static func withoutVectors(
        of lectureID: Identifier, after position: Int, limit: Int, in connection: any SQLConnection
    ) throws -> [(id: String, chunk: Chunk)] {
        try connection.query(
            """
            SELECT id, text, layout FROM chunks
            WHERE lecture_id = \(lectureID) AND position > \(position) AND vectors IS NULL
            ORDER BY position LIMIT \(limit)
            """
        ).map { row in (try row.get("id"), try chunk(row)) }
    }

    static func setVectors(_ vectors: VectorBlock, of id: String, in connection: any SQLConnection) throws {
        try connection.execute("UPDATE chunks SET vectors = \(vectors.bytes) WHERE id = \(id)")
    }

    /// Hands all chunks with their vectors to `body`, in order; vectors of another dimension count as not there.
    static func forEachStored(
        of lectureID: Identifier, dimension: Int?, in connection: any SQLConnection,
        _ body: (IndexedDocument.StoredChunk) -> Void
    ) throws {
        try connection.forEach(
            "SELECT id, text, layout, vectors FROM chunks WHERE lecture_id = \(lectureID) ORDER BY position"
        ) { row in
            let bytes: [UInt8]? = try row.get("vectors")
            let vectors = dimension.flatMap { dimension in
                bytes.flatMap { VectorBlock(dimension: dimension, bytes: $0) }
            }
            body(
                IndexedDocument.StoredChunk(
                    id: try row.get("id"), chunk: try chunk(row), vectors: vectors ?? VectorBlock(dimension: 0)))
        }
    }

    /// Chunks as other services get them, after a place in the lecture (-1 for its beginning).
    static func summaries(
        of lectureID: Identifier, after position: Int, limit: Int, in connection: any SQLConnection
    ) throws -> [ChunkSummary] {
        try connection.query(
            """
            SELECT id, position, page_from, page_to, heading, text FROM chunks
            WHERE lecture_id = \(lectureID) AND position > \(position) ORDER BY position LIMIT \(limit)
            """
        ).map { row in
            ChunkSummary(
                id: try row.get("id"), position: try row.get("position"), pageFrom: try row.get("page_from"),
                pageTo: try row.get("page_to"), heading: try row.get("heading"), text: try row.get("text"))
        }
    }

    private static func chunk(_ row: SQLRow) throws -> Chunk {
        guard let chunk = Chunk(text: try row.get("text"), layout: try row.get("layout")) else {
            throw SQLError(.corrupt, "the layout of a chunk does not fit its text")
        }
        return chunk
    }
}
