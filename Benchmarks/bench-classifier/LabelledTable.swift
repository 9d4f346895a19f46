import Foundation

/// A CSV file (RFC 4180) with the columns `text` and `category`.
enum LabelledTable {
    struct Row {
        let text: String
        let label: String
    }

    struct Malformed: Error {}

    static func read(_ path: String) throws -> [Row] {
        let records = records(in: try String(contentsOfFile: path, encoding: .utf8))
        guard let names = records.first, let text = names.firstIndex(of: "text"),
            let label = names.firstIndex(of: "category")
        else { throw Malformed() }
        return try records.dropFirst().map { fields in
            guard fields.count == names.count else { throw Malformed() }
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
            case "\r" where !isQuoted: continue
            case "\n" where !isQuoted:
                records.append(fields + [field])
                (fields, field) = ([], "")
            default: field.unicodeScalars.append(scalar)
            }
        }
        if !field.isEmpty || !fields.isEmpty { records.append(fields + [field]) }
        return records
    }
}
