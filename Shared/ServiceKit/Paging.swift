import HTTPMessages
package import HTTPServer
package import JSONCoding
package import Platform

/// One page of a list: `?limit=` (default 50, at most 200) and `?cursor=`, newest first.
///
/// Lists are ordered by (time, id) descending, where the id breaks ties; version 7 identifiers already sort by time, so
/// the cursor is simply the last id of the page before.
package struct PageRequest: Sendable, Hashable {
    package static let limitDefault = 50
    package static let limitMax = 200

    /// How many rows the page holds at most.
    package let limit: Int
    /// Rows before (older than) this id; nil for the first page.
    package let before: Identifier?

    /// Reads the query of `request`.
    ///
    /// - Throws: a 422 problem naming `limit` and `cursor` when they are no number from 1 to 200 and no cursor of ours.
    package init(_ request: HTTPRequest) throws {
        var problems: [FieldProblem] = []
        var limit = Self.limitDefault
        var before: Identifier?
        if let text = request.query.first("limit") {
            if let number = Int(text), (1...Self.limitMax).contains(number) {
                limit = number
            } else {
                problems.append(FieldProblem(field: "limit", message: "must be a number from 1 to \(Self.limitMax)"))
            }
        }
        if let text = request.query.first("cursor") {
            before = Identifier(text)
            if before == nil {
                problems.append(FieldProblem(field: "cursor", message: "must be a cursor from a `Link` header"))
            }
        }
        guard problems.isEmpty else { throw Problem.unprocessable(problems) }
        self.limit = limit
        self.before = before
    }

    /// How many rows to ask the store for: one more than the page, to know whether another follows.
    package var fetchCount: Int { limit + 1 }

    /// The answer for the rows found: a JSON array and, when more rows follow, the `Link` header of the next page.
    ///
    /// - Parameters:
    ///   - rows: Up to `fetchCount` rows, in order.
    ///   - id: The identifier by which the list is ordered.
    package func response<Row>(
        _ rows: [Row], of request: HTTPRequest, id: (Row) -> Identifier, json: (Row) -> JSONValue
    ) -> HTTPResponse {
        let page = rows.prefix(limit)
        var response = HTTPResponse.json(.array(page.map(json)))
        if rows.count > limit, let last = page.last {
            var items = request.query.items.filter { $0.name != "cursor" }
            items.append((name: "cursor", value: id(last).description))
            let query = items.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }
            response.fields.append(.link, "<\(request.path)?\(query.joined(separator: "&"))>; rel=\"next\"")
        }
        return response
    }
}
