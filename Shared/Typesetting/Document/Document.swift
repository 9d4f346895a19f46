/// A document to be set: plain values, nothing measured.
package struct Document: Sendable {
    package var metadata: DocumentMetadata
    package var page: PageSetup
    package var theme: Theme
    /// What stands above the text of every page but the first.
    package var runningHead: RunningHead
    package var blocks: [Block]

    package init(
        metadata: DocumentMetadata = DocumentMetadata(), page: PageSetup = .a4, theme: Theme = .report,
        runningHead: RunningHead = RunningHead(), blocks: [Block] = []
    ) {
        self.metadata = metadata
        self.page = page
        self.theme = theme
        self.runningHead = runningHead
        self.blocks = blocks
    }
}

/// What a reader shows about a document without opening its pages.
package struct DocumentMetadata: Sendable, Hashable {
    package var title = ""
    package var author = ""
    package var subject = ""
    package var keywords: [String] = []
    /// The program that made the document.
    package var creator = ""
    /// The language of the text as an RFC 5646 tag such as `en` or `pt-BR`: for screen readers, and for the shapes of
    /// Chinese characters. Anything else is left out.
    package var language = ""
    /// In RFC 3339. Nothing is taken from the clock, so that equal documents become equal bytes.
    package var created = "1970-01-01T00:00:00Z"

    package init() {}
}

/// The size of the paper and its margins, in points (1/72 inch).
package struct PageSetup: Sendable, Hashable {
    package var width: Double
    package var height: Double
    package var margins: Margins

    package struct Margins: Sendable, Hashable {
        package var top, bottom, left, right: Double

        package init(top: Double, bottom: Double, left: Double, right: Double) {
            (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
        }
    }

    package init(width: Double, height: Double, margins: Margins) {
        (self.width, self.height, self.margins) = (width, height, margins)
    }

    package static let a4 = PageSetup(
        width: 595.28, height: 841.89, margins: Margins(top: 72, bottom: 68, left: 62, right: 62))
    package static let letter = PageSetup(
        width: 612, height: 792, margins: Margins(top: 70, bottom: 66, left: 66, right: 66))

    /// The box of the text.
    var textWidth: Double { width - margins.left - margins.right }
    var textHeight: Double { height - margins.top - margins.bottom }

    /// Whether there is room for a line of text; a page that is all margin is refused.
    var isUsable: Bool {
        [width, height, margins.top, margins.bottom, margins.left, margins.right].allSatisfy(\.isFinite)
            && width <= 14_400 && height <= 14_400 && textWidth >= 72 && textHeight >= 144
    }
}

/// The lines outside the text of a page: on the left of head and foot; the number of the page stands on the foot's right.
package struct RunningHead: Sendable, Hashable {
    /// Above the text, on every page but the first.
    package var head: String
    /// Below the text, on every page.
    package var foot: String
    /// Whether pages are numbered, as "3 of 12".
    package var isNumbered: Bool

    package init(head: String = "", foot: String = "", isNumbered: Bool = true) {
        (self.head, self.foot, self.isNumbered) = (head, foot, isNumbered)
    }
}
