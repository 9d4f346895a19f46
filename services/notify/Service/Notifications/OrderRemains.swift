import JSONCoding
import Platform

/// What is left of an order without its malformed fields, so that everything else can be checked, too, and a client learns of
/// all its mistakes at once.
struct OrderRemains: Sendable {
    private(set) var object: JSONObject
    private let missing: [String]

    /// - Parameter fields: Those that are malformed or missing, as problems name them.
    init(of object: JSONObject, without fields: [String]) {
        self.object = object
        missing = fields.map { String($0.prefix { $0 != "[" }) }
        for field in missing { Self.remove(field.split(separator: ".").map(String.init)[...], from: &self.object) }
        // What must be there to be read at all; problems with it are excused.
        let stand: JSONObject = ["idempotency_key": "x", "template": "x", "recipient": [:], "channels": []]
        for (name, value) in stand.members where self.object[name] == nil { self.object[name] = value }
    }

    /// Whether a problem only says that something is not there that was taken out.
    func isExcused(_ problem: FieldProblem) -> Bool {
        let name = problem.field.prefix { $0 != "[" && $0 != "." }
        // Without the recipient's address a ladder leads nowhere.
        let addresses = ["recipient", "recipient.email", "recipient.phone", "recipient.webhook_url"]
        if name == "channels", missing.contains(where: addresses.contains) { return true }
        return missing.contains { field in
            problem.field == field || problem.field.hasPrefix("\(field).") || problem.field.hasPrefix("\(field)[")
        }
    }

    /// The files whose content is no base64.
    static func undecodableFiles(in object: JSONObject) -> [FieldProblem] {
        (object["attachments"]?.array ?? []).enumerated().compactMap { index, file in
            guard let content = file["content_base64"]?.string, Base64.decode(content) == nil else { return nil }
            return FieldProblem(field: "attachments[\(index)].content_base64", message: "must be base64")
        }
    }

    private static func remove(_ path: ArraySlice<String>, from object: inout JSONObject) {
        guard let name = path.first else { return }
        guard path.count > 1, var inner = object[name]?.object else {
            object[name] = nil
            return
        }
        remove(path.dropFirst(), from: &inner)
        object[name] = .object(inner)
    }
}
