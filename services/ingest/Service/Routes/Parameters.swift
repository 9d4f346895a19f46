import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit
import Tokens

/// Query parameters that several routes share.
enum Parameters {
    static let paging: [Operation.Parameter] = [
        .query(
            "limit", .integer(min: 1, max: Int64(PageRequest.limitMax)),
            "How many at most (default \(PageRequest.limitDefault))"),
        .query("cursor", .string(), "From the `Link` header of the page before"),
    ]
}

extension HTTPRequest {
    /// The signed-in user.
    ///
    /// - Throws: a 401 problem when there is none; does not happen behind `Access.user`.
    var userID: Identifier {
        get throws { try user.subject }
    }
}

extension Operation.Answer {
    static let notFound = Operation.Answer.problem(404, "Unknown, or not yours")
}

/// Text fields of request bodies.
enum FieldText {
    /// The text without white space at its ends; nil when the field is missing.
    ///
    /// - Throws: a 422 problem when nothing is left.
    static func trimmed(_ field: String, in json: JSONValue) throws -> String? {
        guard let text = json[field]?.string else { return nil }
        let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        guard !trimmed.isEmpty else {
            throw Problem.unprocessable([FieldProblem(field: field, message: "must not be blank")])
        }
        return String(trimmed)
    }

    /// The identifier in a field; nil when the field is missing. The schema has checked its form.
    static func identifier(_ field: String, in json: JSONValue) -> Identifier? {
        json[field]?.string.flatMap { Identifier($0) }
    }
}
