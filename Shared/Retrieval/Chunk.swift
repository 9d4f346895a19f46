/// A part of a document, of about 500 tokens, that is stored, embedded and found as one.
///
/// The cores of a document's chunks stand one behind the other and together hold every character of the source that is
/// not white space; before its core a chunk repeats the last sentences of the chunk before it, so that nothing loses
/// its context at a border. All offsets count UTF-8 bytes.
package struct Chunk: Sendable, Hashable {
    /// The place in the document, from 0.
    package let index: Int

    /// The text, without white space at its ends.
    package let text: String

    /// Where the text is in the document, its pages put together: an empty line between two of them, or a line break
    /// where a sentence runs on.
    package let characterRange: Range<Int>

    /// Where the core begins in ``text``: what stands before is repeated from the chunk before.
    package let coreOffset: Int

    /// The pages that the text comes from, with offsets in ``text``; never empty.
    package let pages: [PageSpan]

    /// The headings over the core's beginning, outermost first.
    package let headingPath: [String]

    /// The parts of the core that get a vector of their own, as ranges of ``text``: a few sentences each.
    package let units: [Range<Int>]

    package init(
        index: Int, text: String, characterRange: Range<Int>, coreOffset: Int, pages: [PageSpan],
        headingPath: [String], units: [Range<Int>]
    ) {
        self.index = index
        self.text = text
        self.characterRange = characterRange
        self.coreOffset = coreOffset
        self.pages = pages
        self.headingPath = headingPath
        self.units = units
    }

    /// The first page, from 1.
    package var pageFrom: Int { pages.first?.number ?? 1 }

    /// The last page, from 1.
    package var pageTo: Int { pages.last?.number ?? 1 }

    /// The texts to embed, in the order of ``units``.
    package var unitTexts: [String] {
        let bytes = Array(text.utf8)
        return units.map { String(decoding: bytes[$0], as: UTF8.self) }
    }
}
