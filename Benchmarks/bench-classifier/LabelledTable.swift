import Foundation

/// A CSV file (RFC 4180) with the columns `text` and `category`, in any order and beside others.
enum LabelledTable {
    struct Row {
        let text: String
        let label: String
    }

    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// - Throws: `Malformed`, saying what is wrong.
    static func read(_ path: String) throws -> [Row] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Malformed(description: "\(path) cannot be read")
        }
        guard var content = String(validating: bytes, as: UTF8.self) else {
            throw Malformed(description: "\(path) is not UTF-8")
        }
        if content.hasPrefix("\u{FEFF}") { content.unicodeScalars.removeFirst() }
        let records = records(in: content).filter { $0 != [""] }
        guard let names = records.first, let text = names.firstIndex(of: "text"),
            let label = names.firstIndex(of: "category")
        else { throw Malformed(description: "the first line of \(path) must name the columns text and category") }
        guard records.count > 1 else { throw Malformed(description: "\(path) has no messages") }
        return try records.dropFirst().enumerated().map { index, fields in
            guard fields.count == names.count else {
                throw Malformed(
                    description: "message \(index + 1) of \(path) has \(fields.count) fields, not \(names.count)")
            }
            return Row(text: fields[text], label: fields[label])
        }
    }

    private static func records(in text: String) -> [[String]] {
        var records: [[String]] = []
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            switch scalar {
            case "\"" where isQuoted && next == "\"":
                field.unicodeScalars.append(scalar)
                next = scalars.next()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                fields.append(field)
                field = ""
            case "\r" where !isQuoted && next == "\n": continue
            case "\n" where !isQuoted, "\r" where !isQuoted:
                records.append(fields + [field])
                (fields, field) = ([], "")
            default: field.unicodeScalars.append(scalar)
            }
        }
        if !field.isEmpty || !fields.isEmpty { records.append(fields + [field]) }
        return records
    }
}
