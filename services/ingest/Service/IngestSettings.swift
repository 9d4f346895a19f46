import Settings

/// Ingest's own settings; those of every service are in `BasicSettings`.
package struct IngestSettings: Sendable {
    /// The largest file taken in, in bytes.
    package var uploadBytesMax: Int
    /// Languages of text recognition in Tesseract's form, such as `eng+deu`.
    package var languages: String
    /// Reader processes at a time; 0 for one per core.
    package var readerWorkers: Int
    package var readerPageTimeout: Duration
    package var readerMemoryBytes: Int
    /// The path of `lectern-reader`; empty for the one beside the program.
    package var readerExecutable: String
    /// The folder of the embedding model; empty for the one that `make setup` fills.
    package var modelFolder: String
    /// How much memory documents that are ready for searching may take.
    package var searchCacheBytes: Int
    package var conversations: ConversationSettings

    init(from reader: inout SettingsReader) {
        uploadBytesMax =
            reader.integer("MAX_UPLOAD_MB", default: 50, in: 1...2_048, help: "The largest upload, in MB.") << 20
        languages = reader.value(
            "OCR_LANGUAGES", default: "eng", defaultText: "eng",
            allowed: "language codes of installed Tesseract data joined by +, such as eng+deu",
            help: "Languages of text recognition."
        ) { text in
            let codes = text.split(separator: "+", omittingEmptySubsequences: false)
            let isGood = codes.allSatisfy { code in
                (2...20).contains(code.utf8.count)
                    && code.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            }
            return isGood && codes.count <= 10 ? text : nil
        }
        readerWorkers = reader.integer(
            "READER_WORKERS", default: 0, in: 0...256, help: "Pages read at a time; 0 for one per core.")
        readerPageTimeout = reader.duration(
            "READER_PAGE_TIMEOUT", default: .seconds(20), in: .seconds(1)...(.seconds(600)),
            help: "How long reading one page may take before its reader is killed.")
        readerMemoryBytes =
            reader.integer(
                "READER_MEMORY_MB", default: 512, in: 128...16_384, help: "How much memory one reader may take, in MB.")
            << 20
        readerExecutable = reader.string(
            "READER_EXECUTABLE", help: "The lectern-reader program; empty for the one beside lectern-ingest.")
        modelFolder = reader.string(
            "MODEL_DIR",
            help: "Folder of the embedding model's files; empty for models/all-MiniLM-L6-v2 under VAR_DIR.")
        searchCacheBytes =
            reader.integer(
                "SEARCH_CACHE_MB", default: 128, in: 8...65_536,
                help: "Memory for lectures kept ready for searching, in MB.") << 20
        conversations = ConversationSettings(from: &reader)
    }
}
