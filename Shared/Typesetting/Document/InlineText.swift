/// Text within a paragraph: runs of one look each.
///
/// A line feed begins a new line. Runs of white space count as one space; control characters are dropped.
package struct InlineText: Sendable, Hashable, ExpressibleByStringLiteral {
    package var runs: [TextRun]

    package init(_ runs: [TextRun]) {
        self.runs = runs
    }

    package init(_ text: String) {
        runs = [TextRun(text)]
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }

    /// The text alone.
    package var plain: String {
        runs.count == 1 ? runs[0].text : runs.map(\.text).joined()
    }
}

/// A stretch of text of one look.
package struct TextRun: Sendable, Hashable {
    package var text: String
    package var isBold: Bool
    package var isItalic: Bool
    /// Nil for the colour of the paragraph.
    package var color: Ink?
    package var link: LinkTarget?

    package init(
        _ text: String, bold: Bool = false, italic: Bool = false, color: Ink? = nil, link: LinkTarget? = nil
    ) {
        self.text = text
        isBold = bold
        isItalic = italic
        self.color = color
        self.link = link
    }
}

/// Where a link leads.
package enum LinkTarget: Sendable, Hashable {
    /// An address on the web: `http`, `https`, `mailto` or `tel`. Others are shown as text without a link.
    case web(String)
    /// The block with this anchor in the same document; without one the text is no link.
    case anchor(String)
}

/// An opaque colour.
package struct Ink: Sendable, Hashable {
    /// 0 to 1 each.
    package var red, green, blue: Double

    /// A colour from 0xRRGGBB.
    package init(_ code: UInt32) {
        red = Double(code >> 16 & 0xFF) / 255
        green = Double(code >> 8 & 0xFF) / 255
        blue = Double(code & 0xFF) / 255
    }
}

/// On which side the lines of a paragraph begin.
package enum TextAlignment: Sendable, Hashable {
    /// On the left, or on the right in a paragraph that runs from right to left.
    case start
    case center
    /// Against the side on which lines begin.
    case end
}

/// In which direction a paragraph runs.
package enum TextDirection: Sendable, Hashable {
    /// By its first strong character (UAX #9, rules P2 and P3).
    case automatic
    case leftToRight
    case rightToLeft
}
