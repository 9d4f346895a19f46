import JSONCoding
import Platform
import SQL

/// A lecture: an uploaded file and what has become of it.
struct Lecture: Sendable, Hashable {
    var id: Identifier
    var userID: Identifier
    var subjectID: Identifier
    var name: String
    var status: LectureStatus
    /// What the pipeline does next.
    var stage: PipelineStage
    /// Why the lecture failed, in words for its owner.
    var errorMessage: String?
    /// The name the file had at its owner's, for downloads.
    var fileName: String
    /// Where the file is in the object store.
    var fileKey: String
    var fileBytes: Int64
    var contentType: String
    /// The job that works on the lecture, or did last.
    var taskID: Identifier
    /// Known as soon as the file has been opened.
    var pageCount: Int?
    /// Whether the lecture is to be found by searches.
    var hasMemory: Bool
    /// The model that made the vectors of its chunks, if any.
    var vectorModel: String?
    /// Raised whenever what can be found in the lecture changes.
    var contentVersion: Int64
    var createdAt: Timestamp
    var updatedAt: Timestamp
    var processedAt: Timestamp?

    static let nameLengthMax = 200

    /// The folder of the lecture's objects, with a slash at its end; gone with the lecture.
    static func objectPrefix(userID: Identifier, lectureID: Identifier) -> String {
        "uploads/\(userID)/\(lectureID)/"
    }
}

/// Where a lecture stands, as its owner sees it.
enum LectureStatus: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLDecodable {
    case pending, processing, completed, failed
}

/// What the pipeline does next for a lecture.
enum PipelineStage: String, Sendable, Hashable, SQLBindable, SQLDecodable {
    /// Pages are read; those that have a row are done.
    case reading
    /// All pages are read: furniture is found and removed.
    case cleaning
    /// All pages are cleaned: chunks are cut and stored.
    case chunking
    /// Chunks without vectors are embedded.
    case embedding
    case done
}

extension Lecture {
    var json: JSONValue {
        [
            "id": .identifier(id), "subject_id": .identifier(subjectID), "name": .string(name),
            "status": .string(status.rawValue), "error_message": errorMessage.map { .string($0) } ?? .null,
            "file_name": .string(fileName), "file_size": .integer(fileBytes), "content_type": .string(contentType),
            "task_id": .identifier(taskID), "page_count": pageCount.map { .integer(Int64($0)) } ?? .null,
            "has_memory": .bool(hasMemory), "created_at": .timestamp(createdAt), "updated_at": .timestamp(updatedAt),
            "processed_at": processedAt.map { .timestamp($0) } ?? .null,
        ]
    }
}
