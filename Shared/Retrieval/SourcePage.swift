/// The text of one page of a document, as the reader gave it.
package struct SourcePage: Sendable, Hashable {
    /// The page's number, from 1.
    package let number: Int
    package let text: String

    package init(number: Int, text: String) {
        self.number = number
        self.text = text
    }
}

/// The part of a text that comes from one page.
package struct PageSpan: Sendable, Hashable {
    /// The page's number, from 1.
    package let number: Int
    /// The part of the text, as UTF-8 offsets.
    package let range: Range<Int>

    package init(number: Int, range: Range<Int>) {
        self.number = number
        self.range = range
    }
}
