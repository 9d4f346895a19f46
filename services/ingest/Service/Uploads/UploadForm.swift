import HTTPMessages
import JSONCoding
import Platform

/// Reads the form of an upload as it arrives: bytes in, what is to be done with the file out. No input or output of its
/// own.
struct UploadForm {
    /// The largest text field.
    static let fieldBytesMax = 4_096
    /// What a form may have beside the content of its file: boundaries, heads of parts, the other fields.
    static let overheadBytesMax = 64 << 10

    enum Action {
        case openFile
        case write(ArraySlice<UInt8>)
    }

    /// What the form said.
    struct Content {
        var name: String
        var subjectID: Identifier
        var fileName: String
        var fileBytes: Int64
        var kind: FileKind
    }

    private var parser: MultipartParser
    private let fileBytesMax: Int
    private var part: MultipartPart?
    private var texts: [String: [UInt8]] = [:]
    private var repeated: Set<String> = []
    private var isFileSeen = false
    private var fileName = ""
    private var fileBytes: Int64 = 0
    private var prefix: [UInt8] = []
    private var kind: FileKind?
    private var isEnded = false

    private static let fields = ["name", "subject_id"]

    /// - Throws: a 415 problem when the body is no form.
    init(contentType: String?, fileBytesMax: Int) throws {
        var limits = MultipartParser.Limits()
        limits.partsMax = 20
        limits.fieldBytesMax = Self.fieldBytesMax
        limits.fileBytesMax = fileBytesMax
        guard let type = contentType.flatMap({ MediaType($0) }),
            let parser = MultipartParser(contentType: type, limits: limits)
        else { throw Problem.unsupportedMediaType("The body must be multipart/form-data with a boundary.") }
        self.parser = parser
        self.fileBytesMax = fileBytesMax
    }

    /// Takes the next piece of the body.
    ///
    /// - Returns: what is to be done with the file, in order.
    /// - Throws: problems 400 (malformed), 413 (too large) and 415 (not a type that is read), as soon as that is known.
    mutating func consume(_ chunk: [UInt8]) throws -> [Action] {
        var actions: [Action] = []
        var parser = parser
        var offset = 0
        while !isEnded {
            let event = chunk.withUnsafeBytes { parser.next(in: $0, at: &offset) }
            if case .needsInput = event { break }
            try handle(event, chunk, &actions)
        }
        self.parser = parser
        return actions
    }

    /// The form, after its last byte.
    ///
    /// - Throws: problems 400 (cut off), 415 and 422, which names every bad field.
    mutating func finish() throws -> Content {
        if let failure = parser.failureAtEndOfInput() { throw Self.problem(failure, fileBytesMax: fileBytesMax) }
        var problems = repeated.sorted().map { FieldProblem(field: $0, message: "is given more than once") }
        let name = text("name").map { $0.filter { !$0.isNewline } } ?? ""
        if name.isEmpty {
            problems.append(FieldProblem(field: "name", message: "is missing or empty"))
        } else if name.unicodeScalars.count > Lecture.nameLengthMax {
            problems.append(
                FieldProblem(field: "name", message: "must have at most \(Lecture.nameLengthMax) characters"))
        }
        let subjectID = text("subject_id").flatMap { Identifier($0) }
        if subjectID == nil {
            problems.append(FieldProblem(field: "subject_id", message: "is missing or not the id of a subject"))
        }
        if !isFileSeen {
            problems.append(FieldProblem(field: "file", message: "is missing"))
        } else if fileBytes == 0 {
            problems.append(FieldProblem(field: "file", message: "is empty"))
        }
        guard problems.isEmpty, let subjectID, let kind else { throw Problem.unprocessable(problems) }
        return Content(name: name, subjectID: subjectID, fileName: fileName, fileBytes: fileBytes, kind: kind)
    }

    private func text(_ field: String) -> String? {
        guard let text = texts[field].flatMap({ String(validating: $0, as: UTF8.self) }) else { return nil }
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    private mutating func handle(
        _ event: MultipartParser.Event, _ chunk: [UInt8], _ actions: inout [Action]
    ) throws {
        switch event {
        case .needsInput: break
        case .part(let part): begin(part, &actions)
        case .content(let range): try append(chunk[range], &actions)
        case .heldContent(let bytes): try append(bytes[...], &actions)
        case .partEnd: try endPart()
        case .end: isEnded = true
        case .failure(let failure): throw Self.problem(failure, fileBytesMax: fileBytesMax)
        }
    }

    private mutating func begin(_ part: MultipartPart, _ actions: inout [Action]) {
        self.part = nil
        if part.isFile, part.name == "file" {
            guard !isFileSeen else {
                repeated.insert("file")
                return
            }
            isFileSeen = true
            fileName = part.filename ?? ""
            actions.append(.openFile)
        } else if !part.isFile, Self.fields.contains(part.name) {
            guard texts[part.name] == nil else {
                repeated.insert(part.name)
                return
            }
            texts[part.name] = []
        } else {
            // Fields that nobody asked for are read and forgotten.
            return
        }
        self.part = part
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, _ actions: inout [Action]) throws {
        guard let part else { return }
        guard part.isFile else {
            texts[part.name, default: []] += bytes
            return
        }
        fileBytes += Int64(bytes.count)
        if kind == nil {
            prefix += bytes.prefix(FileKind.prefixLength - prefix.count)
            if prefix.count == FileKind.prefixLength { try decideKind() }
        }
        actions.append(.write(bytes))
    }

    private mutating func endPart() throws {
        defer { part = nil }
        guard let part, part.isFile, kind == nil, fileBytes > 0 else { return }
        try decideKind()
    }

    private mutating func decideKind() throws {
        let found = FileKind.sniffed(prefix)
        guard found.contentType != nil else {
            throw Problem.unsupportedMediaType("Only PDF files can be read; this is \(found.name).")
        }
        kind = found
        prefix = []
    }

    private static func problem(_ failure: MultipartParser.Failure, fileBytesMax: Int) -> Problem {
        switch failure {
        case .fileTooLarge: UploadForm.tooLarge(fileBytesMax: fileBytesMax)
        case .fieldTooLarge, .headerTooLarge, .tooManyParts: Problem.tooLarge("The form has too much beside its file.")
        case .incomplete: Problem.badRequest(code: "malformed_form", detail: "The form ends before its last boundary.")
        default: Problem.badRequest(code: "malformed_form", detail: "The form is not well-formed.")
        }
    }

    static func tooLarge(fileBytesMax: Int) -> Problem {
        Problem.tooLarge("The file is larger than \(fileBytesMax >> 20) MB.")
    }
}
