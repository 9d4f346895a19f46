import ObjectStore
import Platform
import SQL

/// The rows of `conversation_files`.
enum ConversationFileTable {
    static func put(
        _ kind: ConversationFile.Kind, of id: Identifier, bucket: String, _ object: ObjectMetadata, at now: Timestamp,
        in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO conversation_files (processing_id, kind, bucket, object_key, content_type, byte_count, sha256,
                created_at)
            VALUES (\(Conversation.processingID(id)), \(kind), \(bucket), \(object.key.description),
                \(object.contentType), \(object.byteCount), \(object.sha256), \(now))
            ON CONFLICT (processing_id, kind) DO UPDATE SET bucket = excluded.bucket, object_key = excluded.object_key,
                content_type = excluded.content_type, byte_count = excluded.byte_count, sha256 = excluded.sha256,
                created_at = excluded.created_at
            """)
    }

    static func list(of id: Identifier, in connection: any SQLConnection) throws -> [ConversationFile] {
        let rows = try connection.query(
            """
            SELECT kind, bucket, object_key, content_type, byte_count, sha256, created_at FROM conversation_files
            WHERE processing_id = \(Conversation.processingID(id))
            """)
        let files = try rows.map { row in
            ConversationFile(
                kind: try row.get("kind"), bucket: try row.get("bucket"), objectKey: try row.get("object_key"),
                contentType: try row.get("content_type"), byteCount: try row.get("byte_count"),
                sha256: try row.get("sha256"), createdAt: try row.get("created_at"))
        }
        return ConversationFile.Kind.allCases.compactMap { kind in files.first { $0.kind == kind } }
    }
}
