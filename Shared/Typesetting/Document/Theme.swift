/// How a document looks: faces, sizes, colours, distances. All lengths are points.
package struct Theme: Sendable, Hashable {
    /// The look of one kind of text.
    package struct TextStyle: Sendable, Hashable {
        package var size: Double
        package var isBold: Bool
        package var isItalic: Bool
        package var color: Ink
        /// From baseline to baseline, as a multiple of the size.
        package var leading: Double
        /// White space above and below.
        package var above, below: Double

        package init(
            size: Double, bold: Bool = false, italic: Bool = false, color: Ink, leading: Double = 1.42,
            above: Double = 0, below: Double = 0
        ) {
            self.size = size
            isBold = bold
            isItalic = italic
            self.color = color
            self.leading = leading
            self.above = above
            self.below = below
        }
    }

    /// Where fonts come from, and what they are.
    package var fonts: FontSource
    package var title: TextStyle
    package var lead: TextStyle
    package var body: TextStyle
    package var small: TextStyle
    package var quotation: TextStyle
    /// By level; levels beyond the last look like the last. Not empty.
    package var headings: [TextStyle]
    package var key: TextStyle
    package var tableHeader: TextStyle
    package var tableCell: TextStyle
    package var speaker: TextStyle
    package var turn: TextStyle
    package var runningHead: TextStyle
    /// The colours of the two sides of a dialogue; the first is also that of callouts and links.
    package var accents: (first: Ink, second: Ink)
    /// Thin lines.
    package var line: Ink
    /// The ground of callouts and table headers.
    package var panel: Ink

    package static func == (a: Theme, b: Theme) -> Bool {
        a.styles == b.styles && a.fonts == b.fonts && a.accents == b.accents && a.line == b.line && a.panel == b.panel
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(styles)
        hasher.combine(fonts)
    }

    private var styles: [TextStyle] {
        [title, lead, body, small, quotation, key, tableHeader, tableCell, speaker, turn, runningHead] + headings
    }

    /// Of all letters.
    var sizes: [Double] { styles.map(\.size) }

    /// The style of a heading.
    func heading(_ level: Int) -> TextStyle {
        headings.isEmpty ? body : headings[min(max(level, 1), headings.count) - 1]
    }

    /// The house's look for reports: one family of letters for all scripts, dark blue and warm gray.
    package static let report: Theme = {
        let (text, muted) = (Ink(0x1F2933), Ink(0x66727F))
        let (blue, ochre) = (Ink(0x1D4E89), Ink(0xA35B12))
        return Theme(
            fonts: .noto,
            title: TextStyle(size: 20.5, bold: true, color: Ink(0x12263A), leading: 1.22, below: 5),
            lead: TextStyle(size: 11, color: muted, leading: 1.4, below: 14),
            body: TextStyle(size: 9.6, color: text, leading: 1.5, below: 7),
            small: TextStyle(size: 8.2, color: muted, leading: 1.4, below: 6),
            quotation: TextStyle(size: 9.2, italic: true, color: muted, leading: 1.45, below: 7),
            headings: [
                TextStyle(size: 14, bold: true, color: Ink(0x12263A), leading: 1.25, above: 22, below: 8),
                TextStyle(size: 11, bold: true, color: Ink(0x12263A), leading: 1.3, above: 15, below: 5),
                TextStyle(size: 9.6, bold: true, color: Ink(0x12263A), leading: 1.35, above: 11, below: 4),
            ],
            key: TextStyle(size: 8.6, color: muted, leading: 1.45),
            tableHeader: TextStyle(size: 8.2, bold: true, color: muted, leading: 1.4),
            tableCell: TextStyle(size: 8.8, color: text, leading: 1.42),
            speaker: TextStyle(size: 8.6, bold: true, color: text, leading: 1.35),
            turn: TextStyle(size: 9.4, color: text, leading: 1.46, below: 9),
            runningHead: TextStyle(size: 7.8, color: muted, leading: 1.3),
            accents: (blue, ochre), line: Ink(0xD5DBE1), panel: Ink(0xF3F6F9))
    }()
}
