import HTTPMessages
import JSONCoding
import Platform

/// A question as it came in, checked.
struct StudyQuestion: Sendable {
    static let lengthMax = 4_000

    var message: String
    var lectureID: Identifier?
    var subjectID: Identifier?
    var sessionID: Identifier?
    var usesWeb: Bool

    /// What the body of `POST /chat` must look like.
    static let schema = JSONSchema.object(
        [
            (
                "message",
                JSONSchema.string(minLength: 1, maxLength: Int(lengthMax)).example("What does overfitting mean?")
            ),
            ("lecture_id", .nullable(.identifier)), ("subject_id", .nullable(.identifier)),
            ("use_web", .nullable(.boolean)), ("session_id", .nullable(.identifier)),
        ], required: ["message"])

    /// - Parameter json: valid by the schema.
    /// - Throws: a 422 problem naming each field that is wrong in itself or beside another.
    init(json: JSONValue) throws(Problem) {
        let text = json["message"]?.string ?? ""
        let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        var problems: [FieldProblem] = []
        if trimmed.isEmpty { problems.append(FieldProblem(field: "message", message: "must not be blank")) }
        message = String(trimmed)
        lectureID = Self.identifier("lecture_id", in: json)
        subjectID = Self.identifier("subject_id", in: json)
        sessionID = Self.identifier("session_id", in: json)
        usesWeb = json["use_web"]?.bool ?? false
        if lectureID != nil, subjectID != nil {
            problems.append(FieldProblem(field: "subject_id", message: "must not be given beside lecture_id"))
        }
        guard problems.isEmpty else { throw Problem.unprocessable(problems) }
    }

    private static func identifier(_ field: String, in json: JSONValue) -> Identifier? {
        json[field]?.string.flatMap { Identifier($0) }
    }
}
