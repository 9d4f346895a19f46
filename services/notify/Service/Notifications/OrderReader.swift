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

    private let desk: NotificationDesk
    private let thread = BlockingExecutor(name: "orders")

    /// - Parameter desk: Says what is wrong with an order beside its form.
    init(desk: NotificationDesk) {
        self.desk = desk
    }

    /// - Parameters:
    ///   - schema: What the body must be.
    ///   - complete: Adds what does not stand in the body.
    /// - Throws: problems 400, 413, 415 and 422; the last one names every bad field.
    func read(
        _ request: HTTPRequest, as schema: JSONSchema,
        complete: @escaping @Sendable (inout JSONObject) -> Void = { _ in }
    ) async throws -> NotificationOrder {
        if let text = request.fields.first(.contentType), MediaType(text)?.isJSON != true {
            throw Problem.unsupportedMediaType("the body must be application/json, not \(text)")
        }
        let bytes = try await request.body.collect(upTo: NotificationInternalRoutes.bodyBytesMax)
        if bytes.count <= Self.inlineBytesMax { return try parse(bytes, schema, complete) }
        return try await thread.run { [self] in try parse(bytes, schema, complete) }
    }

    private func parse(
        _ bytes: [UInt8], _ schema: JSONSchema, _ complete: (inout JSONObject) -> Void
    ) throws -> NotificationOrder {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw Problem.badRequest(code: "malformed_json", detail: "the body is not JSON: \(error)")
        }
        let problems = schema.validate(json)
        guard var object = json.object else { throw Problem.unprocessable(problems) }
        complete(&object)
        guard problems.isEmpty else { throw refusal(problems, of: object) }
        do {
            return try NotificationOrder(json: .object(object))
        } catch let error as WireError {
            // The form is right, so it is the content of a file.
            guard OrderRemains.undecodableFiles(in: object).isEmpty else { throw refusal([], of: object) }
            throw Problem.unprocessable([FieldProblem(field: error.field, message: "is missing or malformed")])
        }
    }

    /// What is wrong with the form, and with the rest of the order beside it.
    private func refusal(_ malformed: [FieldProblem], of object: JSONObject) -> Problem {
        let problems = malformed + OrderRemains.undecodableFiles(in: object)
        let remains = OrderRemains(of: object, without: problems.map(\.field))
        guard let order = try? NotificationOrder(json: .object(remains.object)) else { return .unprocessable(problems) }
        return .unprocessable(problems + desk.problems(of: order).filter { !remains.isExcused($0) })
    }
}
