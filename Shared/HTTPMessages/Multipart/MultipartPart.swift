/// The head of one part of a form (RFC 7578).
package struct MultipartPart: Sendable, Hashable {
    /// The form field.
    package let name: String
    /// The file's name without any folder, safe to show and to store, though not unique; nil when the part is no file,
    /// empty when the client named none.
    package let filename: String?
    /// What the client says the content is; to be checked against the content.
    package let contentType: MediaType?
    package let fields: HTTPFields

    /// Longer file names are cut.
    package static let filenameBytesMax = 255

    package var isFile: Bool { filename != nil }

    /// Nil when there is no `Content-Disposition: form-data` with a name, or a field is malformed.
    init?(_ fields: HTTPFields) {
        let dispositions = fields.all(.contentDisposition)
        guard dispositions.count == 1 else { return nil }
        var scanner = ByteScanner(Array(dispositions[0].utf8))
        guard let type = scanner.token(), type.lowercased() == "form-data",
            let parameters = HTTPParameters.parse(scanner.rest, allowsBareBackslash: true)
        else { return nil }
        guard let name = parameters.first(where: { $0.name == "name" })?.value else { return nil }
        self.name = Self.unescaped(name)
        let plain = parameters.first { $0.name == "filename" }.map { Self.unescaped($0.value) }
        // Not allowed in forms (RFC 7578 section 4.2), but sent; where it is right it says more than the other.
        let extended = parameters.first { $0.name == "filename*" }.flatMap { Self.decoded(extended: $0.value) }
        filename = (extended ?? plain).map(Self.safeFilename)
        if let text = fields.first(.contentType) {
            guard let type = MediaType(text) else { return nil }
            contentType = type
        } else {
            contentType = nil
        }
        self.fields = fields
    }

    /// Browsers escape exactly these three in names (WHATWG HTML, "multipart/form-data encoding algorithm").
    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(ASCII.percent) else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let escape = bytes[index...].prefix(3).map { ASCII.lowercased($0) }
            switch String(decoding: escape, as: UTF8.self) {
            case "%22": result.append(ASCII.quote)
            case "%0d": result.append(ASCII.carriageReturn)
            case "%0a": result.append(ASCII.lineFeed)
            default:
                result.append(bytes[index])
                index += 1
                continue
            }
            index += 3
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// `UTF-8'en'na%C3%AFve.pdf` (RFC 8187).
    private static func decoded(extended text: String) -> String? {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        return PercentCoding.decode(parts[2])
    }

    /// The last component of a path of any system, without control characters, at most `filenameBytesMax` long; empty
    /// when nothing is left that could be a name.
    static func safeFilename(_ text: String) -> String {
        let last = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last ?? []
        var name = String.UnicodeScalarView()
        var count = 0
        for scalar in last {
            switch scalar.properties.generalCategory {
            // Controls break lines of logs and headers; format characters (such as those that reverse the direction of
            // writing) make `exe.pdf` of `fdp.exe`.
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: continue
            default: break
            }
            count += UTF8.width(scalar)
            if count > filenameBytesMax { break }
            name.append(scalar)
        }
        let trimmed = Substring(String(name)).trimmingBlanks
        return trimmed == "." || trimmed == ".." ? "" : String(trimmed)
    }
}
