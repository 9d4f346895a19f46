/// What a document says about itself before any page is read.
package struct DocumentInfo: Sendable, Hashable {
    /// A bookmark.
    package struct OutlineItem: Sendable, Hashable {
        package var title: String
        /// Counts from 1; nil when the bookmark leads nowhere in this document.
        package var page: Int?
        /// 0 for the top level.
        package var level: Int

        package init(title: String, page: Int?, level: Int) {
            self.title = title
            self.page = page
            self.level = level
        }
    }

    package var pageCount: Int
    /// The title in the document's properties, which is often empty or a file name.
    package var title: String
    package var outline: [OutlineItem]

    package init(pageCount: Int, title: String = "", outline: [OutlineItem] = []) {
        self.pageCount = pageCount
        self.title = title
        self.outline = outline
    }
}

extension DocumentInfo {
    func encode(into writer: inout WireWriter) {
        writer.count(pageCount)
        writer.string(title)
        writer.count(outline.count)
        for item in outline {
            writer.string(item.title)
            writer.count(item.page ?? 0)
            writer.count(item.level)
        }
    }

    init(from reader: inout WireReader) throws(WireError) {
        pageCount = try reader.count()
        title = try reader.string()
        outline = []
        for _ in 0..<(try reader.count()) {
            let title = try reader.string()
            let page = try reader.count()
            outline.append(OutlineItem(title: title, page: page == 0 ? nil : page, level: try reader.count()))
        }
    }
}
