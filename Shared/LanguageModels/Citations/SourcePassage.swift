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

    /// From where on in the text, in Unicode scalars, the material is so near to the question in meaning.
    package struct Nearness: Sendable, Hashable {
        package var offset: Int
        /// The cosine of the vectors of both, as the search knew them.
        package var similarity: Double

        package init(offset: Int, similarity: Double) {
            self.offset = offset
            self.similarity = similarity
        }
    }

    package var id: String
    package var lectureID: String
    package var lectureName: String
    package var heading: String
    package var text: String
    /// In order; the first is at 0.
    package var pageStarts: [PageStart]
    /// In order; empty when the search went by words alone.
    package var nearness: [Nearness]

    package init(
        id: String, lectureID: String, lectureName: String, heading: String = "", text: String,
        pageStarts: [PageStart], nearness: [Nearness] = []
    ) {
        self.id = id
        self.lectureID = lectureID
        self.lectureName = lectureName
        self.heading = heading
        self.text = text
        self.pageStarts = pageStarts
        self.nearness = nearness
    }

    /// How near the scalar at `offset` is to the question, with its surroundings; `nil` when that is not known.
    package func similarity(at offset: Int) -> Double? {
        (nearness.last { $0.offset <= offset } ?? nearness.first)?.similarity
    }

    /// The page on which the scalar at `offset` stands; 1 when the passage names no page.
    package func page(at offset: Int) -> Int {
        (pageStarts.last { $0.offset <= offset } ?? pageStarts.first)?.page ?? 1
    }
}
