/// Reads the text of a template once, from front to back.
struct TemplateParser {
    /// How deep conditions and lists may stand within one another.
    private static let depthMax = 8

    private enum Token {
        case literal(String)
        case value([String], TemplatePlace)
        case openCondition([String])
        case openList([String])
        case otherwise
        case close(String)
    }

    private let file: String
    private let target: TemplateTarget
    private var rest: Substring
    private var line = 1
    /// The literal text so far since the last tag mark of HTML, to know whether a value stands within a tag.
    private var isWithinTag = false
    private var tail = ""

    init(_ text: String, file: String, target: TemplateTarget) {
        self.file = file
        self.target = target
        rest = text.replacing("\r\n", with: "\n")[...]
    }

    mutating func parse() throws(TemplateError) -> [Template.Piece] {
        let (pieces, end) = try block(closing: nil, depth: 0)
        if let end { throw error("{{\(end)}} closes nothing") }
        return pieces
    }

    /// The pieces up to the end of the block `name`, or of the text; what ended it when it was not the end of the text.
    private mutating func block(
        closing name: String?, depth: Int
    ) throws(TemplateError) -> ([Template.Piece], end: String?) {
        guard depth <= Self.depthMax else { throw error("blocks stand more than \(Self.depthMax) deep") }
        var pieces: [Template.Piece] = []
        let start = line
        while let token = try next() {
            switch token {
            case .literal(let text): pieces.append(.literal(text))
            case .value(let path, let place): pieces.append(.value(path: path, place: place))
            case .openCondition(let path):
                var (then, end) = try block(closing: "if", depth: depth + 1)
                var otherwise: [Template.Piece] = []
                if end == "else" {
                    (otherwise, end) = try block(closing: "if", depth: depth + 1)
                    guard end == "/if" else { throw error("a second {{else}}") }
                }
                pieces.append(.condition(path: path, then: then, otherwise: otherwise))
            case .openList(let path):
                let (each, end) = try block(closing: "each", depth: depth + 1)
                guard end == "/each" else { throw error("{{else}} within {{#each}}") }
                pieces.append(.list(path: path, each: each))
            case .otherwise:
                guard name != nil else { throw error("{{else}} without {{#if}}") }
                return (pieces, "else")
            case .close(let closed):
                guard closed == name else { throw error("{{/\(closed)}} closes nothing") }
                return (pieces, "/\(closed)")
            }
        }
        if let name { throw TemplateError(file: file, line: start, message: "{{#\(name)}} is not closed") }
        return (pieces, nil)
    }

    private mutating func next() throws(TemplateError) -> Token? {
        guard !rest.isEmpty else { return nil }
        guard let open = rest.firstRange(of: "{{") else {
            defer { rest = "" }
            return literal(rest)
        }
        if open.lowerBound > rest.startIndex {
            let text = rest[..<open.lowerBound]
            rest = rest[open.lowerBound...]
            return literal(text)
        }
        guard let close = rest.firstRange(of: "}}") else { throw error("{{ without }}") }
        let inner = rest[open.upperBound..<close.lowerBound]
        let isAtLineStart = tail.isEmpty || tail.hasSuffix("\n")
        rest = rest[close.upperBound...]
        let token = try token(inner)
        if case .value = token {
            tail = "x"
        } else if isAtLineStart, rest.first == "\n" {
            // The tag had the line for itself.
            rest = rest.dropFirst()
            line += 1
        }
        return token
    }

    private mutating func literal(_ text: Substring) -> Token {
        line += text.count { $0 == "\n" }
        for scalar in text.unicodeScalars {
            if scalar == "<" { isWithinTag = true }
            if scalar == ">" { isWithinTag = false }
        }
        tail = String(text.suffix(12))
        return .literal(String(text))
    }

    private func token(_ inner: Substring) throws(TemplateError) -> Token {
        let words = inner.split(separator: " ")
        switch words.first {
        case "#if" where words.count == 2: return .openCondition(try path(words[1]))
        case "#each" where words.count == 2: return .openList(try path(words[1]))
        case "else" where words.count == 1: return .otherwise
        case "/if" where words.count == 1: return .close("if")
        case "/each" where words.count == 1: return .close("each")
        default:
            guard words.count == 1, let word = words.first else {
                throw error("{{\(inner)}} is neither a name nor #if, #each, else, /if, /each")
            }
            return .value(try path(word), place)
        }
    }

    private var place: TemplatePlace {
        guard target == .html, isWithinTag else { return .content }
        let attribute = tail.lowercased()
        return ["href=\"", "src=\"", "action=\""].contains { attribute.hasSuffix($0) } ? .link : .attribute
    }

    private func path(_ word: Substring) throws(TemplateError) -> [String] {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isGood = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.count <= 64
                && part.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
                }
        }
        guard isGood, parts.count <= 4 else {
            throw error("\(word) is no name: lowercase letters, digits and _ are, with dots between parts")
        }
        return parts
    }

    private func error(_ message: String) -> TemplateError {
        TemplateError(file: file, line: line, message: message)
    }
}
