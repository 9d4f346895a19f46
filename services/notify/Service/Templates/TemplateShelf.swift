import JSONCoding
import Platform

/// The templates of a folder, read and checked as a whole: at start, and again when asked to.
///
/// Each template is a folder with `subject.txt` and `text.txt`, and as needed `body.html`, `sms.txt` and `whatsapp.txt`.
/// `whatsapp_variables.txt` has a line for each value of the approved WhatsApp template of the same message.
/// `layout.html` is the frame around every `body.html`, which takes the place of its line `<!-- body -->`.
final class TemplateShelf: Sendable {
    /// Bytes of one file.
    private static let fileBytesMax = 256 << 10
    private static let templatesMax = 200
    private static let contentVariablesMax = 50
    private static let bodyMark = "<!-- body -->"

    private let folder: String
    private let thread = BlockingExecutor(name: "templates")
    private let shelf = Lock<[String: MessageTemplate]>([:])

    /// - Parameter folder: Read by `reload()`; until then the shelf is empty.
    init(folder: String) {
        self.folder = folder
    }

    /// The names, sorted.
    var names: [String] { shelf.withLock { $0.keys.sorted() } }

    func template(_ name: String) -> MessageTemplate? { shelf.withLock { $0[name] } }

    /// Reads all files anew. When one is wrong the templates stay as they were.
    ///
    /// - Throws: `TemplateError` of the first file that is wrong.
    func reload() async throws {
        let folder = folder
        let templates = try await thread.run { try Self.load(folder) }
        shelf.withLock { $0 = templates }
    }

    private static func load(_ folder: String) throws -> [String: MessageTemplate] {
        let names: [String]
        do {
            names = try LocalFiles.names(in: folder)
        } catch {
            throw TemplateError(file: folder, line: 0, message: "the folder of templates cannot be read (\(error))")
        }
        let layout = try text(of: "\(folder)/layout.html")
        guard let mark = layout.firstRange(of: bodyMark) else {
            throw TemplateError(file: "\(folder)/layout.html", line: 0, message: "there is no line \(bodyMark)")
        }
        var templates: [String: MessageTemplate] = [:]
        for name in names where LocalFiles.isFolder("\(folder)/\(name)") {
            guard templates.count < templatesMax else {
                throw TemplateError(file: folder, line: 0, message: "there are more than \(templatesMax) templates")
            }
            templates[name] = try load(
                name, from: "\(folder)/\(name)", frame: (layout[..<mark.lowerBound], layout[mark.upperBound...]))
        }
        return templates
    }

    private static func load(
        _ name: String, from folder: String, frame: (head: Substring, foot: Substring)
    ) throws -> MessageTemplate {
        func template(_ file: String, _ target: TemplateTarget) throws -> Template {
            try Template(text(of: "\(folder)/\(file)"), file: "\(name)/\(file)", target: target)
        }
        func optional(_ file: String) throws -> Template? {
            LocalFiles.isFile("\(folder)/\(file)") ? try template(file, .text) : nil
        }
        var html: Template?
        if LocalFiles.isFile("\(folder)/body.html") {
            // Parsed alone first, so that a mistake is reported at its own line and a block cannot reach into the frame.
            _ = try template("body.html", .html)
            let whole = frame.head + (try text(of: "\(folder)/body.html")) + frame.foot
            html = try Template(String(whole), file: "\(name)/body.html in layout.html", target: .html)
        }
        return MessageTemplate(
            name: name, subject: try template("subject.txt", .header), text: try template("text.txt", .text),
            html: html, sms: try optional("sms.txt"), whatsapp: try optional("whatsapp.txt"),
            whatsappVariables: try lines(of: "whatsapp_variables.txt", name, in: folder))
    }

    /// Each line of a file as a template of its own; none when there is no such file.
    private static func lines(of file: String, _ name: String, in folder: String) throws -> [Template] {
        guard LocalFiles.isFile("\(folder)/\(file)") else { return [] }
        var lines = try text(of: "\(folder)/\(file)").split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count <= contentVariablesMax else {
            throw TemplateError(
                file: "\(name)/\(file)", line: 0, message: "has more than \(contentVariablesMax) lines")
        }
        return try lines.enumerated().map { index, line in
            do throws(TemplateError) {
                return try Template(String(line), file: "\(name)/\(file)", target: .header)
            } catch {
                throw TemplateError(file: error.file, line: index + 1, message: error.message)
            }
        }
    }

    private static func text(of path: String) throws -> String {
        let bytes: [UInt8]?
        do {
            bytes = try LocalFiles.read(path, bytesMax: fileBytesMax)
        } catch {
            throw TemplateError(file: path, line: 0, message: "cannot be read (\(error))")
        }
        guard let bytes else {
            throw TemplateError(file: path, line: 0, message: "has more than \(fileBytesMax) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TemplateError(file: path, line: 0, message: "is not UTF-8")
        }
        return text
    }
}
