import JSONCoding

/// A page for people, made from an OpenAPI document. Everything in it is escaped: parts of the document come from other
/// services.
enum DocumentPage {
    /// The whole page.
    static func html(of document: JSONValue) -> String {
        let paths = document["paths"]?.object?.members ?? []
        let groups = Dictionary(grouping: paths) { group(of: $0.name) }
        let sections = groups.keys.sorted().map { name in
            "<h2>\(escaped(name))</h2>\n"
                + (groups[name] ?? []).sorted { $0.name < $1.name }.map { operations($0.name, $0.value) }.joined()
        }
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Lectern API</title>
            <link rel="stylesheet" href="/docs/style.css">
            </head>
            <body>
            <main>
            <h1>Lectern API</h1>
            <p class="about">Made from <a href="/openapi.json">/openapi.json</a>. Bodies are JSON; errors are problem \
            documents (RFC 9457). Sign in with <code>POST /auth/login</code> and send the access token as \
            <code>Authorization: Bearer …</code>.</p>
            \(sections.joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    /// The first word of a path that says something.
    private static func group(of path: String) -> String {
        let words = path.split(separator: "/").filter { !["api", "v1"].contains($0) && !$0.hasPrefix("{") }
        return words.first.map { String($0.prefix { $0 != "." && $0 != "_" }) }.flatMap { $0.isEmpty ? nil : $0 }
            ?? "other"
    }

    private static func operations(_ path: String, _ item: JSONValue) -> String {
        (item.object?.members ?? []).map { method, operation in
            """
            <details>
            <summary><code class="method">\(escaped(method.uppercased()))</code> <code>\(escaped(path))</code> \
            \(escaped(operation["summary"]?.string ?? ""))</summary>
            <div>
            \(access(operation))\(parameters(operation))\(body(operation))\(answers(operation))
            </div>
            </details>

            """
        }.joined()
    }

    private static func access(_ operation: JSONValue) -> String {
        let needs = operation["security"]?.array ?? []
        if needs.isEmpty { return "<p>Open to anybody.</p>\n" }
        let isOptional = needs.contains { $0.object?.isEmpty == true }
        return isOptional ? "<p>With or without a token.</p>\n" : "<p>Needs a token.</p>\n"
    }

    private static func parameters(_ operation: JSONValue) -> String {
        let rows = (operation["parameters"]?.array ?? []).map { parameter in
            row(
                parameter["name"]?.string ?? "", parameter["in"]?.string ?? "",
                parameter["schema"].map(type) ?? "", parameter["description"]?.string ?? "")
        }
        return table(["Parameter", "In", "Type", "Meaning"], rows)
    }

    private static func body(_ operation: JSONValue) -> String {
        guard let (contentType, content) = operation["requestBody"]?["content"]?.object?.members.first else {
            return ""
        }
        let schema = content["schema"] ?? .null
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        let rows = (schema["properties"]?.object?.members ?? []).map { name, property in
            row(
                name, required.contains(name) ? "required" : "optional", type(property),
                property["description"]?.string ?? "")
        }
        return "<p>Body: <code>\(escaped(contentType))</code></p>\n" + table(["Field", "", "Type", "Meaning"], rows)
    }

    private static func answers(_ operation: JSONValue) -> String {
        let rows = (operation["responses"]?.object?.members ?? []).map { status, answer in
            let contentType = answer["content"]?.object?.keys.first ?? ""
            return row(status, contentType, "", answer["description"]?.string ?? "")
        }
        return table(["Status", "Type", "", "Meaning"], rows)
    }

    /// A schema in a few words.
    private static func type(_ schema: JSONValue) -> String {
        if let allowed = schema["enum"]?.array { return allowed.compactMap(\.string).joined(separator: " | ") }
        if let items = schema["items"] { return "array of \(type(items))" }
        let name =
            schema["type"]?.string ?? schema["type"]?.array?.compactMap(\.string).joined(separator: " or ") ?? "any"
        return schema["format"]?.string.map { "\(name) (\($0))" } ?? name
    }

    private static func table(_ head: [String], _ rows: [String]) -> String {
        guard !rows.isEmpty else { return "" }
        let cells = head.map { "<th>\($0)</th>" }.joined()
        return "<table>\n<tr>\(cells)</tr>\n\(rows.joined())</table>\n"
    }

    private static func row(_ name: String, _ cells: String...) -> String {
        "<tr><td><code>\(escaped(name))</code></td>\(cells.map { "<td>\(escaped($0))</td>" }.joined())</tr>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
