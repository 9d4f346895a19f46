import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit

/// Reads orders from request bodies. Large ones, with files in them, are parsed on a thread of its own.
final class OrderReader: Sendable {
    /// A body of this size takes about a millisecond.
    private static let inlineBytesMax = 64 << 10

    private let thread = BlockingExecutor(name: "orders")

    /// - Parameters:
    ///   - schema: What the body must be.
    ///   - complete: Adds what does not stand in the body.
    /// - Throws: problems 400, 413, 415 and 422.
    func read(
        _ request: HTTPRequest, as schema: JSONSchema,
        complete: @escaping @Sendable (inout JSONObject) -> Void = { _ in }
    ) async throws -> NotificationOrder {
        if let text = request.fields.first(.contentType), MediaType(text)?.isJSON != true {
            throw Problem.unsupportedMediaType("the body must be application/json, not \(text)")
        }
        let bytes = try await request.body.collect(upTo: NotificationInternalRoutes.bodyBytesMax)
        if bytes.count <= Self.inlineBytesMax { return try Self.parse(bytes, schema, complete) }
        return try await thread.run { try Self.parse(bytes, schema, complete) }
    }

    private static func parse(
        _ bytes: [UInt8], _ schema: JSONSchema, _ complete: (inout JSONObject) -> Void
    ) throws -> NotificationOrder {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw Problem.badRequest(code: "malformed_json", detail: "the body is not JSON: \(error)")
        }
        let problems = schema.validate(json)
        guard problems.isEmpty, var object = json.object else { throw Problem.unprocessable(problems) }
        complete(&object)
        do {
            return try NotificationOrder(json: .object(object))
        } catch let error as WireError {
            throw Problem.unprocessable([FieldProblem(field: error.field, message: "is missing or malformed")])
        }
    }
}
