import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit

/// What `GET /lectures` is asked for.
struct LectureFilter: Sendable {
    let page: PageRequest
    let subjectID: Identifier?
    let status: LectureStatus?

    /// - Throws: a 422 problem naming every bad parameter.
    init(_ request: HTTPRequest) throws {
        var problems: [FieldProblem] = []
        var page: PageRequest?
        do {
            page = try PageRequest(request)
        } catch let problem as Problem {
            problems += problem.errors
        }
        let query = request.query
        subjectID = query.first("subject_id").flatMap { Identifier($0) }
        if query.first("subject_id") != nil, subjectID == nil {
            problems.append(FieldProblem(field: "subject_id", message: "must be the id of a subject"))
        }
        status = query.first("status").flatMap { LectureStatus(rawValue: $0) }
        if query.first("status") != nil, status == nil {
            let allowed = LectureStatus.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append(FieldProblem(field: "status", message: "must be one of \(allowed)"))
        }
        guard let page, problems.isEmpty else { throw Problem.unprocessable(problems) }
        self.page = page
    }
}
