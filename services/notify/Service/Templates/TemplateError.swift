/// What is wrong with a template, for the operator who wrote it.
struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    let file: String
    /// Counted from 1; 0 when it is about the whole file.
    let line: Int
    let message: String

    var description: String { line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)" }
}

/// Names that a template needs and that were not given.
struct MissingVariables: Error, Sendable, Hashable, CustomStringConvertible {
    let template: String
    let names: [String]

    var description: String { "template \(template) needs \(names.joined(separator: ", "))" }
}
