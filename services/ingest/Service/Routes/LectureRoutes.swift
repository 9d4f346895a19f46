import HTTPMessages
import HTTPServer
import JSONCoding
import ServiceKit

/// `/lectures`: records, upload and tasks. What is in a lecture is in `ContentRoutes`.
struct LectureRoutes: Sendable {
    let library: LectureLibrary
    let receiver: UploadReceiver

    private static let name = JSONSchema.string(minLength: 1, maxLength: Lecture.nameLengthMax).example(
        "Week 3: kernels")

    static let schema = JSONSchema.object(
        [
            ("id", .identifier), ("subject_id", .identifier), ("name", name),
            ("status", .string(allowed: LectureStatus.allCases.map(\.rawValue))),
            ("error_message", .nullable(.string())),
            ("file_name", .string()), ("file_size", .integer(min: 0)), ("content_type", .string()),
            ("task_id", .identifier), ("page_count", .nullable(.integer(min: 0))), ("has_memory", .boolean),
            ("created_at", .timestamp), ("updated_at", .timestamp), ("processed_at", .nullable(.timestamp)),
        ],
        required: ["id", "subject_id", "name", "status", "task_id", "created_at"])

    private static let receipt = JSONSchema.object(
        [("task_id", .identifier), ("lecture_id", .identifier)], required: ["task_id", "lecture_id"])

    func add(to api: inout API) {
        addUpload(to: &api)
        api.get(
            "/lectures", access: .user, summary: "Your lectures, the newest first",
            parameters: [
                .query("subject_id", .identifier, "Only those of this subject"),
                .query("status", .string(allowed: LectureStatus.allCases.map(\.rawValue)), "Only those in this state"),
            ] + Parameters.paging,
            answers: [.json(200, "Lectures", .array(of: Self.schema))]
        ) { request in
            let filter = try LectureFilter(request)
            let list = try await library.list(
                userID: request.userID, subjectID: filter.subjectID, status: filter.status,
                before: filter.page.before, limit: filter.page.fetchCount)
            return filter.page.response(list, of: request, id: \.id, json: \.json)
        }
        api.get(
            "/lectures/{id}", access: .user, summary: "One lecture",
            answers: [.json(200, "The lecture", Self.schema), .notFound]
        ) { request in
            .json(try await library.lecture(request.identifier(), userID: request.userID).json)
        }
        addChanges(to: &api)
        addTasks(to: &api)
    }

    private func addUpload(to api: inout API) {
        let form = JSONSchema.object(
            [("name", Self.name), ("subject_id", .identifier), ("file", JSONSchema.string().described("A PDF file"))],
            required: ["name", "subject_id", "file"])
        api.post(
            "/lectures/upload", access: .user, summary: "Upload a lecture to be read", body: .multipart(form),
            answers: [
                .json(202, "The file is stored and will be read", Self.receipt),
                .problem(404, "There is no such subject"), .problem(413, "The file is too large"),
                .problem(415, "The file is not a PDF, whatever its name says"),
            ],
            bodyBytesMax: receiver.fileBytesMax + UploadForm.overheadBytesMax, isIdempotent: true
        ) { request in
            let receipt = try await receiver.receive(request, userID: request.userID)
            return Self.accepted(receipt)
        }
    }

    private func addChanges(to api: inout API) {
        let change = JSONSchema.object([("name", Self.name), ("subject_id", .identifier)])
        api.patch(
            "/lectures/{id}", access: .user, summary: "Rename a lecture or move it to another subject",
            body: .json(change),
            answers: [.json(200, "The lecture", Self.schema), .notFound]
        ) { request in
            let id = try request.identifier()
            let json = try await request.json(change)
            let lecture = try await library.update(
                id, userID: request.userID, name: try FieldText.trimmed("name", in: json),
                subjectID: FieldText.identifier("subject_id", in: json))
            return .json(lecture.json)
        }
        api.delete(
            "/lectures/{id}", access: .user, summary: "Delete a lecture with everything made of it",
            answers: [.empty(204, "It is gone"), .notFound]
        ) { request in
            try await library.delete(request.identifier(), userID: request.userID)
            return .empty(.noContent)
        }
        api.delete(
            "/lectures/{id}/memory", access: .user, summary: "Make a lecture unsearchable; file and pages stay",
            answers: [.empty(204, "It is no longer found"), .notFound, .problem(409, "It has not been read yet")]
        ) { request in
            try await library.dropMemory(request.identifier(), userID: request.userID)
            return .empty(.noContent)
        }
    }

    private func addTasks(to api: inout API) {
        api.post(
            "/lectures/{id}/retry", access: .user,
            summary: "Read a lecture again: a failed one from where it stood, a complete one from the start",
            answers: [
                .json(202, "The new task", Self.receipt), .notFound, .problem(409, "A task is at work on it"),
            ],
            isIdempotent: true
        ) { request in
            Self.accepted(try await library.retry(request.identifier(), userID: request.userID))
        }
        api.post(
            "/lectures/{id}/memory", access: .user, summary: "Make a lecture searchable again",
            answers: [
                .json(202, "The task", Self.receipt), .notFound,
                .problem(409, "It has not been read, or a task is at work on it"),
            ],
            isIdempotent: true
        ) { request in
            Self.accepted(try await library.buildMemory(request.identifier(), userID: request.userID))
        }
    }

    private static func accepted(_ receipt: LectureLibrary.Receipt) -> HTTPResponse {
        .json(
            ["task_id": .identifier(receipt.taskID), "lecture_id": .identifier(receipt.lectureID)], status: .accepted)
    }
}
