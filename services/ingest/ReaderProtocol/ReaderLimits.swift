/// What a reader may spend on one document. The worker sets what the system can enforce before it looks at the file;
/// the parent watches the clock.
package struct ReaderLimits: Sendable, Hashable {
    /// Documents with more pages are refused.
    package var pagesMax = 5_000
    /// The longest side of a page in points; 14,400 is what PDF itself allows without scaling (ISO 32000-1, annex C).
    package var pagePointsMax = 14_400.0
    /// Pixels of a picture that is decoded or rendered: A4 at 600 dpi is 35 million.
    package var pixelsMax = 40_000_000
    /// Address space of a worker, `RLIMIT_AS`.
    package var memoryBytes = 512 << 20
    /// How long opening a document may take.
    package var openTimeout: Duration = .seconds(15)
    /// How long one page may take before its worker is killed. A page is tried twice, so that a hostile document
    /// has its verdict within a minute.
    package var pageTimeout: Duration = .seconds(20)
    /// Resolution of pages that are drawn for recognition.
    package var recognitionDPI = 300

    package init() {}
}

/// How a reader works.
package struct ReaderConfiguration: Sendable, Hashable {
    package var limits = ReaderLimits()
    /// Languages for recognition in Tesseract's form, such as `eng+deu`.
    package var languages = "eng"
    /// The folder of the language files; nil for the system's.
    package var languageFolder: String?

    package init() {}
}

extension ReaderConfiguration {
    func encode(into writer: inout WireWriter) {
        writer.count(limits.pagesMax)
        writer.double(limits.pagePointsMax)
        writer.count(limits.pixelsMax)
        writer.count(limits.memoryBytes)
        writer.double(limits.openTimeout / .seconds(1))
        writer.double(limits.pageTimeout / .seconds(1))
        writer.count(limits.recognitionDPI)
        writer.string(languages)
        writer.string(languageFolder ?? "")
    }

    init(from reader: inout WireReader) throws(WireError) {
        limits.pagesMax = try reader.count()
        limits.pagePointsMax = try reader.double()
        limits.pixelsMax = try reader.count()
        limits.memoryBytes = try reader.count()
        limits.openTimeout = .seconds(try reader.double())
        limits.pageTimeout = .seconds(try reader.double())
        limits.recognitionDPI = try reader.count()
        languages = try reader.string()
        let folder = try reader.string()
        languageFolder = folder.isEmpty ? nil : folder
    }
}
