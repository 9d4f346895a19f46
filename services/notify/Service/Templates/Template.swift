import JSONCoding

/// A text with names in it, and nothing that could run.
///
/// `{{name}}` is replaced by the value, escaped for the target; `{{#if name}}…{{else}}…{{/if}}` asks whether there is a
/// value (not missing, null, false, empty); `{{#each names}}…{{this}} or {{this.part}}…{{/each}}` repeats. A line that
/// holds only an `if`, `else`, `each` or end leaves no empty line behind. Everything else is as it stands.
struct Template: Sendable {
    indirect enum Piece: Sendable {
        case literal(String)
        case value(path: [String], place: TemplatePlace)
        case condition(path: [String], then: [Piece], otherwise: [Piece])
        case list(path: [String], each: [Piece])
    }

    /// The largest result, in bytes of UTF-8; what is longer is a mistake of whoever filled it in.
    static let resultBytesMax = 1 << 20

    let file: String
    let target: TemplateTarget
    private let pieces: [Piece]

    /// - Throws: `TemplateError` naming the line.
    init(_ text: String, file: String, target: TemplateTarget) throws(TemplateError) {
        var parser = TemplateParser(text, file: file, target: target)
        self.file = file
        self.target = target
        pieces = try parser.parse()
    }

    /// The names that are needed always: those outside conditions and lists, without their parts.
    var requiredNames: [String] {
        var names: [String] = []
        Self.collect(pieces, into: &names)
        return names
    }

    private static func collect(_ pieces: [Piece], into names: inout [String]) {
        for piece in pieces {
            // What stands within a condition or a list may be missing.
            if case .value(let path, _) = piece, let name = path.first, name != "this", !names.contains(name) {
                names.append(name)
            }
        }
    }

    /// The text with the values in it. A name without a value becomes nothing; whoever calls has asked `requiredNames`.
    func render(_ variables: JSONObject) -> String {
        var result = ""
        render(pieces, variables, this: nil, into: &result)
        return result
    }

    private func render(_ pieces: [Piece], _ variables: JSONObject, this: JSONValue?, into result: inout String) {
        for piece in pieces {
            guard result.utf8.count <= Self.resultBytesMax else { return }
            switch piece {
            case .literal(let text): result += text
            case .value(let path, let place):
                guard let value = Self.value(path, variables, this) else { continue }
                result += target.escaped(Self.text(of: value), in: place)
            case .condition(let path, let then, let otherwise):
                let isTrue = Self.value(path, variables, this).map(Self.isTrue) ?? false
                render(isTrue ? then : otherwise, variables, this: this, into: &result)
            case .list(let path, let each):
                for element in Self.value(path, variables, this)?.array ?? [] {
                    render(each, variables, this: element, into: &result)
                }
            }
        }
    }

    private static func value(_ path: [String], _ variables: JSONObject, _ this: JSONValue?) -> JSONValue? {
        guard let first = path.first else { return nil }
        var value = first == "this" ? this : variables[first]
        for part in path.dropFirst() { value = value?[part] }
        return value
    }

    private static func isTrue(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool(false): false
        case .string(let text): !text.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        default: true
        }
    }

    private static func text(of value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        default: value.text
        }
    }
}
