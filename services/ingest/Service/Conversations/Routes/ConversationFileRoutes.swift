import HTTPMessages
import HTTPServer
import JSONCoding
import ObjectStore
import ServiceKit

/// `/api/v1/postprocess/files/*`: files on disk, for whoever has a link. With an S3 server there are none here.
struct ConversationFileRoutes: Sendable {
    let shelves: ObjectShelves

    func add(to api: inout API) {
        api.get(
            "\(ObjectShelves.linkPath)/{bucket}/{key...}", access: .open,
            summary: "A file by its link, which ends after a time",
            parameters: [
                .query("expires", .integer(min: 0), required: true), .query("name", .string()),
                .query("signature", .string(), required: true),
            ],
            answers: [
                .other(200, "The file; ranges are honoured", contentType: "application/octet-stream"),
                .problem(403, "The link is wrong, or its time is over"),
                .problem(404, "The file has gone"),
            ]
        ) { request in
            let bucket = request.parameters["bucket"] ?? ""
            guard S3Configuration.isBucketName(bucket), let signer = shelves.signer(bucket),
                let grant = signer.grant(path: request.parameters["key"] ?? "", query: request.query)
            else { throw Problem.forbidden("The link is wrong, or its time is over.", code: "link_invalid") }
            let store = try await shelves.store(bucket)
            guard let metadata = try await store.metadata(grant.key), let path = try await store.localPath(grant.key)
            else { throw Problem.notFound() }
            var response = try HTTPResponse.file(
                path: path, contentType: metadata.contentType, request: request, etag: metadata.etag)
            response.fields.set(.cacheControl, "private, no-store")
            response.fields.set(.xContentTypeOptions, "nosniff")
            if let name = grant.fileName {
                response.fields.set(.contentDisposition, ContentDisposition.attachment(name))
            }
            return response
        }
    }
}
