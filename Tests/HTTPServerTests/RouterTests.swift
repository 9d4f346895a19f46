import HTTPMessages
import HTTPServer
import Testing

@Suite struct RouterTests {
    private static let router = Router(
        routes: [
            "/", "/a", "/a/b", "/a/{x}", "/a/{x}/c", "/a/b/d", "/files/{path...}", "/{one}/{two}/{three}/four",
        ].map { template in Route(.get, template) { _ in .text(template) } }
            + [
                Route(.post, "/a") { _ in .text("posted") }, Route(.options, "/own") { _ in .text("own") },
                Route(nil, "/any") { _ in .text("any") },
            ])

    private func template(of path: String, _ method: HTTPMethod = .get) -> String? {
        guard case .route(let index, _) = Self.router.match(method, path) else { return nil }
        return Self.router.routes[index].template
    }

    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a/b", "/a/b"), ("/a/z", "/a/{x}"), ("/a/b/c", "/a/{x}/c"), ("/a/b/d", "/a/b/d"),
        ("/a/z/c", "/a/{x}/c"), ("/files/x/y", "/files/{path...}"), ("/files/", "/files/{path...}"),
        ("/1/2/3/four", "/{one}/{two}/{three}/four"), ("/%61", "/a"), ("/a/%62", "/a/b"), ("/a/b%2Fd", "/a/{x}"),
    ])
    func `Literals win over parameters, with a way back`(path: String, expected: String) {
        #expect(template(of: path) == expected)
    }

    @Test(arguments: ["/b", "/a/", "/a/b/c/d", "//", "/files", "a", "", "/a//c", "/1/2/3/five"])
    func `Other paths are not found`(path: String) {
        guard case .notFound = Self.router.match(.get, path) else {
            Issue.record("\(path) was found")
            return
        }
    }

    @Test(arguments: ["/%", "/a/%zz", "/a/%ff", "/%c3%28/x"])
    func `Paths that are not percent-encoded UTF-8 are malformed`(path: String) {
        guard case .malformedPath = Self.router.match(.get, path) else {
            Issue.record("\(path) was understood")
            return
        }
    }

    @Test func `Parameters are named by the template and decoded`() {
        guard case .route(_, let parameters) = Self.router.match(.get, "/%31/a%20b/%E2%82%AC/four") else {
            Issue.record("not found")
            return
        }
        #expect(parameters["one"] == "1")
        #expect(parameters["two"] == "a b")
        #expect(parameters["three"] == "€")
        #expect(parameters["four"] == nil)
        guard case .route(_, let rest) = Self.router.match(.get, "/files/a%2Fb/c") else {
            Issue.record("not found")
            return
        }
        #expect(rest["path"] == "a%2Fb/c")
    }

    @Test func `Methods fall back as HTTP says`() {
        #expect(template(of: "/a", .head) == "/a")
        #expect(template(of: "/own", .head) == nil)
        #expect(template(of: "/own", .options) == "/own")
        #expect(template(of: "/any", .delete) == "/any")
        guard case .methodNotAllowed(let methods) = Self.router.match(.delete, "/a") else {
            Issue.record("allowed")
            return
        }
        #expect(methods == [.get, .head, .options, .post])
    }
}
