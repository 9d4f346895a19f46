import JSONCoding

/// A heading and where it stands.
struct OutlineItem: Sendable, Hashable {
    var title: String
    /// 1 for the outermost.
    var level: Int
    var page: Int

    /// More headings than this are not kept for a lecture.
    static let countMax = 5_000
    static let titleLengthMax = 300

    var json: JSONValue {
        ["title": .string(title), "level": .integer(Int64(level)), "page": .integer(Int64(page))]
    }

    init(title: String, level: Int, page: Int) {
        self.title = String(title.prefix(Self.titleLengthMax))
        self.level = level
        self.page = page
    }
}
