extension JSONSchema {
    /// Problems beyond this are not listed: an answer must stay small whatever was sent.
    package static let problemsMax = 100

    /// Everything that is wrong with `value`, each field named; empty when all is right.
    package func validate(_ value: JSONValue) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        check(value, at: "", &problems)
        return problems
    }

    private func check(_ value: JSONValue, at path: String, _ problems: inout [FieldProblem]) {
        guard problems.count < JSONSchema.problemsMax else { return }
        func report(_ message: String) {
            problems.append(FieldProblem(field: path, message: message))
        }
        switch kind {
        case .any, .reference:
            break
        case .nullable(let schema):
            if !value.isNull { schema.check(value, at: path, &problems) }
        case .boolean:
            if value.bool == nil { report("must be true or false") }
        case .string(let minLength, let maxLength, let format, let allowed):
            guard let text = value.string else { return report("must be a text") }
            if let message = Self.problem(of: text, minLength, maxLength, format, allowed) { report(message) }
        case .integer(let min, let max):
            guard let number = value.integer else { return report("must be a whole number") }
            if let min, number < min { report("must be at least \(min)") }
            if let max, number > max { report("must be at most \(max)") }
        case .number(let min, let max):
            guard let number = value.number else { return report("must be a number") }
            if let min, number < min { report("must be at least \(min)") }
            if let max, number > max { report("must be at most \(max)") }
        case .array(let element, let minItems, let maxItems):
            guard let elements = value.array else { return report("must be a list") }
            if elements.count < minItems { report("must have at least \(minItems) items") }
            if let maxItems, elements.count > maxItems { return report("must have at most \(maxItems) items") }
            for (index, item) in elements.enumerated() { element.check(item, at: "\(path)[\(index)]", &problems) }
        case .object(let properties, let required):
            guard let object = value.object else { return report("must be an object") }
            for (name, schema) in properties {
                let place = path.isEmpty ? name : "\(path).\(name)"
                if let member = object[name] {
                    // An optional field may also be given as null.
                    if !member.isNull || required.contains(name) { schema.check(member, at: place, &problems) }
                } else if required.contains(name) {
                    problems.append(FieldProblem(field: place, message: "is required"))
                }
            }
        }
    }

    private static func problem(
        of text: String, _ minLength: Int, _ maxLength: Int?, _ format: TextFormat?, _ allowed: [String]
    ) -> String? {
        if !allowed.isEmpty {
            return allowed.contains(text) ? nil : "must be one of \(allowed.joined(separator: ", "))"
        }
        let length = text.unicodeScalars.count
        if length < minLength {
            return minLength == 1 ? "must not be empty" : "must have at least \(minLength) characters"
        }
        if let maxLength, length > maxLength { return "must have at most \(maxLength) characters" }
        if let format, !format.matches(text) { return "must be \(format.words)" }
        return nil
    }
}
