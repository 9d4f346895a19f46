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

    /// The parts of `pages`, which are in order, that lie in a range, with offsets from the beginning of the range.
    static func spans(of pages: [PageSpan], in range: Range<Int>) -> [PageSpan] {
        // The first page that ends behind the beginning of the part.
        var low = 0
        var high = pages.count
        while low < high {
            let middle = (low + high) / 2
            if pages[middle].range.upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
        }
        var found: [PageSpan] = []
        for page in pages[low...] {
            let part = page.range.clamped(to: range)
            if page.range.lowerBound >= range.upperBound { break }
            guard !part.isEmpty else { continue }
            let shifted = (part.lowerBound - range.lowerBound)..<(part.upperBound - range.lowerBound)
            found.append(PageSpan(number: page.number, range: shifted))
        }
        return found
    }
}
