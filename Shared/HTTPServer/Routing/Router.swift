package import HTTPMessages

/// Finds the route of a request by walking a tree of path segments. Literals win over parameters, parameters over a
/// `{rest...}`; HEAD is answered by GET, OPTIONS by the list of methods unless a route says otherwise.
package struct Router: Sendable {
    package private(set) var routes: [Route] = []
    private var parameterNames: [[String]] = []
    private var root = RouteNode()

    /// Two routes with the same method and an equivalent template, or a malformed template, are our own mistakes and trap.
    package init(routes: [Route] = []) {
        for route in routes { add(route) }
    }

    package mutating func add(_ route: Route) {
        let segments = RouteTemplate.segments(of: route.template)
        root.insert(RouteLeaf(method: route.method, index: routes.count), segments[...])
        parameterNames.append(segments.compactMap(\.parameterName))
        routes.append(route)
    }

    /// The outcome of matching.
    package enum Match: Sendable {
        case route(index: Int, PathParameters)
        case notFound
        /// The path exists for other methods.
        case methodNotAllowed([HTTPMethod])
        /// OPTIONS for a path whose routes leave the answer to the router.
        case options([HTTPMethod])
        /// A segment is not percent-encoded UTF-8.
        case malformedPath
    }

    /// Matches a path as it was received, percent-encoded. Segments are decoded one by one, so an encoded slash never
    /// changes the structure.
    package func match(_ method: HTTPMethod, _ path: String) -> Match {
        guard path.utf8.first == UInt8(ascii: "/") else {
            return path == "*" && method == .options ? .options([]) : .notFound
        }
        var walk = RouteWalk()
        guard let leaves = walk.find(in: root, path.dropFirst()) else {
            return walk.isMalformed ? .malformedPath : .notFound
        }
        guard let leaf = leaves.leaf(for: method) else {
            return method == .options ? .options(leaves.methods) : .methodNotAllowed(leaves.methods)
        }
        return .route(index: leaf.index, PathParameters(names: parameterNames[leaf.index], values: walk.values))
    }
}

/// The parts of a template.
enum RouteTemplate {
    enum Segment {
        case literal(Substring)
        case parameter(Substring)
        case rest(Substring)

        var parameterName: String? {
            switch self {
            case .literal: nil
            case .parameter(let name), .rest(let name): String(name)
            }
        }
    }

    static func segments(of template: String) -> [Segment] {
        precondition(template.hasPrefix("/"), "a template begins with a slash: \(template)")
        if template == "/" { return [.literal("")] }
        return template.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else {
                precondition(!part.isEmpty && !part.contains("{"), "malformed template \(template)")
                return .literal(part)
            }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(name.dropLast(3)) : .parameter(name)
        }
    }
}

/// A route at the end of its path.
private struct RouteLeaf: Sendable {
    let method: HTTPMethod?
    let index: Int
}

extension [RouteLeaf] {
    fileprivate func leaf(for method: HTTPMethod) -> RouteLeaf? {
        first { $0.method == method }
            ?? (method == .head ? first { $0.method == .get } : nil)
            ?? first { $0.method == nil }
    }

    /// What an Allow field says about the path.
    fileprivate var methods: [HTTPMethod] {
        var methods = compactMap(\.method)
        if methods.contains(.get), !methods.contains(.head) { methods.append(.head) }
        if !methods.contains(.options) { methods.append(.options) }
        return methods.sorted { $0.rawValue < $1.rawValue }
    }
}

/// One place in the tree: where the next segment leads and which routes end here.
private struct RouteNode: Sendable {
    private(set) var literals: [Substring: RouteNode] = [:]
    /// Empty or one node; an array because a struct cannot contain itself.
    private(set) var parameter: [RouteNode] = []
    private(set) var rest: [RouteLeaf] = []
    private(set) var leaves: [RouteLeaf] = []

    mutating func insert(_ leaf: RouteLeaf, _ segments: ArraySlice<RouteTemplate.Segment>) {
        guard let segment = segments.first else {
            precondition(!leaves.contains { $0.method == leaf.method }, "two routes for one method and path")
            leaves.append(leaf)
            return
        }
        switch segment {
        case .literal(let text):
            literals[text, default: RouteNode()].insert(leaf, segments.dropFirst())
        case .parameter:
            if parameter.isEmpty { parameter.append(RouteNode()) }
            parameter[0].insert(leaf, segments.dropFirst())
        case .rest:
            precondition(segments.count == 1, "{rest...} stands last")
            precondition(!rest.contains { $0.method == leaf.method }, "two routes for one method and path")
            rest.append(leaf)
        }
    }
}

/// One walk down the tree, with a way back: `/a/{x}/c` is found for `/a/b/c` even when `/a/b/d` exists.
private struct RouteWalk {
    private(set) var values: [String] = []
    private(set) var isMalformed = false

    mutating func find(in node: RouteNode, _ path: Substring) -> [RouteLeaf]? {
        let slash = path.utf8.firstIndex(of: UInt8(ascii: "/"))
        let raw = slash.map { path[..<$0] } ?? path
        var segment = raw
        if raw.utf8.contains(UInt8(ascii: "%")) {
            guard let decoded = PercentCoding.decode(raw) else {
                isMalformed = true
                return nil
            }
            segment = decoded[...]
        }
        if let child = node.literals[segment], let leaves = descend(into: child, path, after: slash) { return leaves }
        if let child = node.parameter.first, !segment.isEmpty {
            values.append(String(segment))
            if let leaves = descend(into: child, path, after: slash) { return leaves }
            values.removeLast()
        }
        if !node.rest.isEmpty, !isMalformed {
            // The rest keeps its encoding, because its slashes mean something.
            values.append(String(path))
            return node.rest
        }
        return nil
    }

    private mutating func descend(
        into child: RouteNode, _ path: Substring, after slash: Substring.Index?
    ) -> [RouteLeaf]? {
        guard let slash else { return child.leaves.isEmpty ? nil : child.leaves }
        return find(in: child, path[path.utf8.index(after: slash)...])
    }
}
