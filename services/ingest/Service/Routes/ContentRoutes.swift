import HTTPMessages
import HTTPServer
import JSONCoding
import ObjectStore
import Platform
import ReaderProtocol
import ServiceKit

/// What is in a lecture: file, pages, pictures of pages, outline.
struct ContentRoutes: Sendable {
    let library: LectureLibrary
    let pictures: PagePictures

    private static let word = JSONSchema.object([
        ("text", .string()), ("offset", JSONSchema.integer().described("Place in `text`, in Unicode scalars")),
        ("x", .number()), ("y", .number()), ("width", .number()), ("height", .number()),
        ("confidence", .nullable(.number(min: 0, max: 1))),
    ])
    private static let page = JSONSchema.object([
        ("number", .integer(min: 1)), ("text", .string()), ("cleaned_text", .nullable(.string())),
        ("source", .string(allowed: ["text_layer", "ocr", "blank"])), ("confidence", .number(min: 0, max: 1)),
        ("width", JSONSchema.number().described("In points, like all boxes")), ("height", .number()),
        ("words", .array(of: word)),
    ])
    private static let heading = JSONSchema.object([
        ("title", .string()), ("level", .integer(min: 1)), ("page", .integer(min: 1)),
    ])

    func add(to api: inout API) {
        api.get(
            "/lectures/{id}/file", access: .user, summary: "The uploaded file; ranges are honoured",
            answers: [.other(200, "The file", contentType: "application/pdf"), .notFound]
        ) { request in
            let lecture = try await library.lecture(request.identifier(), userID: request.userID)
            var response = try await object(
                ObjectKey(lecture.fileKey), contentType: lecture.contentType, request: request)
            response.fields.set(.contentDisposition, Self.disposition(lecture.fileName))
            return response
        }
        api.get(
            "/lectures/{id}/pages/{n}", access: .user, summary: "The text of a page and where each word stands",
            answers: [.json(200, "The page", Self.page), .notFound]
        ) { request in
            let page = try await library.page(
                Self.pageNumber(request), of: request.identifier(), userID: request.userID)
            return .json(page.json)
        }
        api.get(
            "/lectures/{id}/pages/{n}/image", access: .user, summary: "A picture of a page",
            parameters: [
                .query(
                    "width",
                    .integer(
                        min: Int64(PagePictures.widthRange.lowerBound), max: Int64(PagePictures.widthRange.upperBound)),
                    "In pixels (default \(PagePictures.widthDefault))")
            ],
            answers: [.other(200, "The picture", contentType: "image/png"), .notFound]
        ) { request in
            try await picture(request)
        }
        api.get(
            "/lectures/{id}/outline", access: .user, summary: "The headings of a lecture and their pages",
            answers: [.json(200, "The headings", .array(of: Self.heading)), .notFound]
        ) { request in
            .json(try await library.outline(of: request.identifier(), userID: request.userID))
        }
    }

    private func picture(_ request: HTTPRequest) async throws -> HTTPResponse {
        let lecture = try await library.lecture(request.identifier(), userID: request.userID)
        let number = try Self.pageNumber(request)
        var width = PagePictures.widthDefault
        if let text = request.query.first("width") {
            guard let pixels = Int(text), PagePictures.widthRange.contains(pixels) else {
                let range = PagePictures.widthRange
                throw Problem.unprocessable([
                    FieldProblem(
                        field: "width", message: "must be a number from \(range.lowerBound) to \(range.upperBound)")
                ])
            }
            width = pixels
        }
        do {
            var response: HTTPResponse
            switch try await pictures.picture(of: lecture, page: number, width: width) {
            case .drawn(let bytes): response = .bytes(bytes, contentType: "image/png")
            case .stored(let key): response = try await object(key, contentType: "image/png", request: request)
            }
            // A page of an uploaded file never changes.
            response.fields.set(.cacheControl, "private, max-age=86400, immutable")
            return response
        } catch let failure as ReaderFailure {
            if failure.isRetryable { throw Problem.unavailable(retryAfter: 5) }
            throw Problem(
                status: .unprocessableContent, code: "page_unreadable", detail: failure.message)
        }
    }

    /// An object as an answer: by the kernel where it is a file, else piece by piece.
    private func object(_ key: ObjectKey, contentType: String, request: HTTPRequest) async throws -> HTTPResponse {
        if let path = try await library.objects.localPath(key) {
            let etag = try await library.objects.metadata(key)?.etag
            return try .file(path: path, contentType: contentType, request: request, etag: etag)
        }
        guard let content = try await library.objects.get(key) else { throw Problem.notFound() }
        return .stream(contentType: contentType, length: content.metadata.byteCount) { writer in
            for try await chunk in content.chunks { try await writer.write(chunk) }
        }
    }

    private static func pageNumber(_ request: HTTPRequest) throws -> Int {
        guard let number = request.parameters["n"].flatMap({ Int($0) }), number > 0 else { throw Problem.notFound() }
        return number
    }

    /// RFC 6266: the name in ASCII for old clients, and as it is for the others.
    private static func disposition(_ fileName: String) -> String {
        let name = fileName.isEmpty ? "lecture.pdf" : fileName
        let plain = String(
            name.unicodeScalars.map { $0.isASCII && $0.value >= 0x20 && $0 != "\"" && $0 != "\\" ? Character($0) : "_" }
        )
        return "inline; filename=\"\(plain)\"; filename*=UTF-8''\(PercentCoding.encode(name))"
    }
}
