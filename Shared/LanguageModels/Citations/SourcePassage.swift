/// A stretch of a lecture that an answer may draw on.
package struct SourcePassage: Sendable, Hashable {
    /// The beginning of a page within the text, in Unicode scalars.
    package struct PageStart: Sendable, Hashable {
        package var page: Int
        package var offset: Int

        package init(page: Int, offset: Int) {
            self.page = page
            self.offset = offset
        }
    }

    package var id: String
    package var lectureID: String
    package var lectureName: String
    package var heading: String
    package var text: String
    /// In order; the first is at 0.
    package var pageStarts: [PageStart]

    package init(
        id: String, lectureID: String, lectureName: String, heading: String = "", text: String, pageStarts: [PageStart]
    ) {
        self.id = id
        self.lectureID = lectureID
        self.lectureName = lectureName
        self.heading = heading
        self.text = text
        self.pageStarts = pageStarts
    }

    /// The page on which the scalar at `offset` stands; 1 when the passage names no page.
    package func page(at offset: Int) -> Int {
        (pageStarts.last { $0.offset <= offset } ?? pageStarts.first)?.page ?? 1
    }
}
