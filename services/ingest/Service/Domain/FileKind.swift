/// What a file is by its first bytes, whatever its name says.
struct FileKind: Sendable, Hashable {
    /// For people, as in "this is a ZIP archive".
    let name: String
    /// Set for what Lectern reads.
    let contentType: String?

    static let pdf = FileKind(name: "PDF", contentType: "application/pdf")

    /// As many bytes from the start of a file as are looked at.
    ///
    /// Readers take a PDF whose header stands anywhere in the first 1,024 bytes (implementation note 13 of the PDF
    /// reference 1.7).
    static let prefixLength = 1_024

    /// What a file is that begins with these bytes.
    static func sniffed(_ prefix: some Collection<UInt8>) -> FileKind {
        let bytes = Array(prefix.prefix(prefixLength))
        // Executables first: some of them may well carry the five bytes of a PDF header further on.
        for (signature, name) in signatures where bytes.starts(with: signature) {
            return FileKind(name: name, contentType: nil)
        }
        if find(Array("%PDF-".utf8), in: bytes) { return pdf }
        if bytes.count >= 12, bytes.starts(with: Array("RIFF".utf8)), bytes[8..<12].elementsEqual("WEBP".utf8) {
            return FileKind(name: "a WebP picture", contentType: nil)
        }
        if looksLikeMarkup(bytes) { return FileKind(name: "HTML", contentType: nil) }
        if looksLikeText(bytes) { return FileKind(name: "plain text", contentType: nil) }
        return FileKind(name: "a file of unknown type", contentType: nil)
    }

    private static let signatures: [(signature: [UInt8], name: String)] = [
        ([0x7F, 0x45, 0x4C, 0x46], "an executable (ELF)"),
        ([0x4D, 0x5A], "an executable (Windows)"),
        ([0xCF, 0xFA, 0xED, 0xFE], "an executable (Mach-O)"),
        ([0xCE, 0xFA, 0xED, 0xFE], "an executable (Mach-O)"),
        ([0xCA, 0xFE, 0xBA, 0xBE], "an executable (Mach-O or Java)"),
        ([0x23, 0x21], "a script"),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "a PNG picture"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
        ([0x49, 0x49, 0x2A, 0x00], "a TIFF picture"),
        ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF picture"),
        ([0x47, 0x49, 0x46, 0x38], "a GIF picture"),
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive or an office document"),
        ([0x50, 0x4B, 0x05, 0x06], "an empty ZIP archive"),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "an old office document"),
        ([0x1F, 0x8B], "a gzip archive"),
        ([0x42, 0x5A, 0x68], "a bzip2 archive"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "an xz archive"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
        ([0x52, 0x61, 0x72, 0x21, 0x1A, 0x07], "a RAR archive"),
        ([0x25, 0x21, 0x50, 0x53], "PostScript"),
        ([0x7B, 0x5C, 0x72, 0x74, 0x66], "rich text (RTF)"),
        ([0x53, 0x51, 0x4C, 0x69, 0x74, 0x65, 0x20], "an SQLite database"),
    ]

    private static func find(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
        guard bytes.count >= needle.count else { return false }
        return (0...(bytes.count - needle.count)).contains { bytes[$0...].starts(with: needle) }
    }

    private static func looksLikeMarkup(_ bytes: [UInt8]) -> Bool {
        let start = bytes.drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        let lowered = start.prefix(64).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return lowered.starts(with: Array("<!doctype html".utf8)) || lowered.starts(with: Array("<html".utf8))
    }

    private static func looksLikeText(_ bytes: [UInt8]) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }
}
