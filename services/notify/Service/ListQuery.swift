import HTTPMessages
import HTTPServer
import JSONCoding
import ServiceKit

/// Reads the query of a list: its page, and filters that take fixed words. Gathers what is wrong, so that a client learns of
/// everything at once.
struct ListQuery {
    private let request: HTTPRequest
    private let page: PageRequest?
    private var problems: [FieldProblem] = []

    init(_ request: HTTPRequest) throws {
        self.request = request
        do {
            page = try PageRequest(request)
        } catch let problem as Problem {
            page = nil
            problems = problem.errors
        }
    }

    /// One of the words of `Choice`; nil when the query does not say.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) -> Choice? {
        guard let text = request.query.first(name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        refuse(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    /// `true` or `false`; nil when the query does not say.
    mutating func flag(_ name: String) -> Bool? {
        switch request.query.first(name) {
        case nil: return nil
        case "true": return true
        case "false": return false
        default:
            refuse(name, "must be true or false")
            return nil
        }
    }

    private mutating func refuse(_ name: String, _ message: String) {
        problems.append(FieldProblem(field: name, message: message))
    }

    /// The page.
    ///
    /// - Throws: problem 422 naming every bad parameter.
    func finish() throws -> PageRequest {
        guard let page, problems.isEmpty else { throw Problem.unprocessable(problems) }
        return page
    }
}
