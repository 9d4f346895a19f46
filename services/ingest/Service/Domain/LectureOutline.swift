import JSONCoding
import ReaderProtocol
import Retrieval

/// The headings of a lecture, as they are stored and sent.
struct LectureOutline: Sendable, Hashable {
    let items: [OutlineItem]

    init(_ items: [OutlineItem]) {
        self.items = Array(items.prefix(OutlineItem.countMax))
    }

    /// The file's bookmarks, those that lead nowhere left out.
    init(bookmarks: [DocumentInfo.OutlineItem]) {
        self.init(
            bookmarks.compactMap { item in
                item.page.map { OutlineItem(title: item.title, level: item.level + 1, page: $0) }
            })
    }

    /// What looks like headings in the text; for files without bookmarks.
    init(_ headings: [DocumentHeading]) {
        self.init(headings.map { OutlineItem(title: $0.title, level: $0.level, page: $0.page) })
    }

    /// The outline as JSON text, for the database.
    var text: String { JSONValue.array(items.map(\.json)).text }
}
