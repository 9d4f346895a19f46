import Platform
import ReaderProtocol
import SQL

/// The rows of `pages`: what has been read, one row for each page.
enum PageTable {
    /// Keeps a page. One that is there already stays as it is: a page is never kept twice.
    static func insert(_ page: PageReading, lectureID: Identifier, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            INSERT INTO pages (lecture_id, number, source, confidence, width, height, text, layout)
            VALUES (\(lectureID), \(page.number), \(page.source.name), \(page.confidence), \(page.width),
                \(page.height), \(page.text), \(page.encodedLayout))
            ON CONFLICT (lecture_id, number) DO NOTHING
            """)
    }

    static func count(of lectureID: Identifier, in connection: any SQLConnection) throws -> Int {
        try connection.first("SELECT COUNT(*) AS pages FROM pages WHERE lecture_id = \(lectureID)")?.get("pages") ?? 0
    }

    /// The numbers of the pages that are there.
    static func numbers(of lectureID: Identifier, in connection: any SQLConnection) throws -> Set<Int> {
        var numbers: Set<Int> = []
        try connection.forEach("SELECT number FROM pages WHERE lecture_id = \(lectureID)") { row in
            numbers.insert(try row.get("number"))
        }
        return numbers
    }

    /// The pages after `number`, at most `limit` of them, as cleaning sees them.
    static func forCleaning(
        of lectureID: Identifier, after number: Int, limit: Int, in connection: any SQLConnection
    ) throws -> [CleaningPage] {
        var pages: [CleaningPage] = []
        try connection.forEach(
            """
            SELECT number, height, text, layout FROM pages WHERE lecture_id = \(lectureID) AND number > \(number)
            ORDER BY number LIMIT \(limit)
            """
        ) { row in
            let text: String = try row.get("text")
            let layout = try? PageLayout(decoding: try row.get("layout"), textByteCount: text.utf8.count)
            pages.append(
                CleaningPage(
                    number: try row.get("number"), height: try row.get("height"), text: text,
                    layout: layout ?? PageLayout()))
        }
        return pages
    }

    static func setCleanedText(
        _ text: String, of lectureID: Identifier, page: Int, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            "UPDATE pages SET cleaned_text = \(text) WHERE lecture_id = \(lectureID) AND number = \(page)")
    }

    /// The cleaned texts of the pages after `number`, in order, at most `limit` of them.
    static func cleanedTexts(
        of lectureID: Identifier, after number: Int, limit: Int, in connection: any SQLConnection
    ) throws -> [(number: Int, text: String)] {
        var pages: [(number: Int, text: String)] = []
        try connection.forEach(
            """
            SELECT number, COALESCE(cleaned_text, text) AS text FROM pages
            WHERE lecture_id = \(lectureID) AND number > \(number) ORDER BY number LIMIT \(limit)
            """
        ) { row in
            pages.append((try row.get("number"), try row.get("text")))
        }
        return pages
    }

    static func find(
        _ number: Int, of lectureID: Identifier, userID: Identifier, in connection: any SQLConnection
    ) throws -> StoredPage? {
        try connection.first(
            """
            SELECT p.number, p.source, p.confidence, p.width, p.height, p.text, p.cleaned_text, p.layout
            FROM pages p JOIN lectures l ON l.id = p.lecture_id
            WHERE p.lecture_id = \(lectureID) AND p.number = \(number) AND l.user_id = \(userID)
            """
        ).map { try StoredPage(row: $0) }
    }

    static func deleteAll(of lectureID: Identifier, in connection: any SQLConnection) throws {
        try connection.execute("DELETE FROM pages WHERE lecture_id = \(lectureID)")
    }
}

extension StoredPage {
    fileprivate init(row: SQLRow) throws {
        let text: String = try row.get("text")
        let layout = try? PageLayout(decoding: try row.get("layout"), textByteCount: text.utf8.count)
        self.init(
            number: try row.get("number"), source: try row.get("source"), confidence: try row.get("confidence"),
            width: try row.get("width"), height: try row.get("height"), text: text,
            cleanedText: try row.get("cleaned_text"), layout: layout ?? PageLayout())
    }
}

extension TextSource {
    /// The word for it in the database, in answers and in metrics.
    var name: String {
        switch self {
        case .textLayer: "text_layer"
        case .ocr: "ocr"
        case .blank: "blank"
        }
    }
}
