/// One of the things that follow each other down the pages of a document.
package enum Block: Sendable {
    case heading(Heading)
    case paragraph(Paragraph)
    case list(TextList)
    case table(Table)
    case picture(Picture)
    /// A thin line across the text.
    case rule
    case keyValues([KeyValue])
    case callout(Callout)
    case turn(DialogueTurn)
    /// White space of that many points; none at the top of a page.
    case space(Double)
    case pageBreak
}

/// A heading. It stays with what follows it.
package struct Heading: Sendable {
    /// 1 to 6; others count as the nearest.
    package var level: Int
    package var text: InlineText
    /// Whether it stands in the outline that readers show beside the pages.
    package var isInOutline: Bool
    /// The name under which links find it.
    package var anchor: String?

    package init(_ level: Int, _ text: InlineText, isInOutline: Bool = true, anchor: String? = nil) {
        self.level = level
        self.text = text
        self.isInOutline = isInOutline
        self.anchor = anchor
    }
}

/// A paragraph.
package struct Paragraph: Sendable {
    package enum Role: Sendable, Hashable {
        /// The title of the document, of which it has one.
        case title
        /// What introduces a document or chapter, below its title.
        case lead
        case body
        /// Notes and captions.
        case small
        /// A quotation: indented, in italics.
        case quotation
    }

    package var text: InlineText
    package var role: Role
    package var alignment: TextAlignment
    package var direction: TextDirection
    /// Whether no page may end between this and the next block.
    package var keepsWithNext: Bool
    package var anchor: String?

    package init(
        _ text: InlineText, role: Role = .body, alignment: TextAlignment = .start,
        direction: TextDirection = .automatic, keepsWithNext: Bool = false, anchor: String? = nil
    ) {
        self.text = text
        self.role = role
        self.alignment = alignment
        self.direction = direction
        self.keepsWithNext = keepsWithNext
        self.anchor = anchor
    }
}

/// A list with bullets or numbers.
package struct TextList: Sendable {
    package struct Item: Sendable {
        package var text: InlineText
        /// A second paragraph below, smaller and muted, such as where the item comes from.
        package var note: InlineText?
        package var noteDirection: TextDirection

        package init(_ text: InlineText, note: InlineText? = nil, noteDirection: TextDirection = .automatic) {
            self.text = text
            self.note = note
            self.noteDirection = noteDirection
        }
    }

    package enum Marker: Sendable, Hashable {
        case bullet
        /// 1., 2., …
        case number
        /// An empty box, for what is to be done.
        case box
    }

    package var items: [Item]
    package var marker: Marker

    package init(_ items: [Item], marker: Marker = .bullet) {
        self.items = items
        self.marker = marker
    }
}

/// A name and its value, beside each other.
package struct KeyValue: Sendable {
    package var key: String
    package var value: InlineText

    package init(_ key: String, _ value: InlineText) {
        self.key = key
        self.value = value
    }
}

/// A box with a coloured edge that stands out of the text.
package struct Callout: Sendable {
    /// Empty for none.
    package var title: String
    package var paragraphs: [InlineText]

    package init(title: String = "", paragraphs: [InlineText]) {
        self.title = title
        self.paragraphs = paragraphs
    }
}

/// What one side of a conversation said.
package struct DialogueTurn: Sendable {
    package enum Side: Sendable, Hashable { case first, second }

    package var speaker: String
    package var side: Side
    /// When it was said, as it is shown; empty for unknown.
    package var time: String
    package var text: InlineText
    /// The name under which links find it.
    package var anchor: String?

    package init(speaker: String, side: Side, time: String, text: InlineText, anchor: String? = nil) {
        self.speaker = speaker
        self.side = side
        self.time = time
        self.text = text
        self.anchor = anchor
    }
}

extension Block {
    /// How much text the block has, in bytes.
    var textBytes: Int {
        switch self {
        case .heading(let heading): heading.text.bytes
        case .paragraph(let paragraph): paragraph.text.bytes
        case .list(let list): list.items.reduce(0) { $0 + $1.text.bytes + ($1.note?.bytes ?? 0) }
        case .table(let table):
            table.header.reduce(0) { $0 + $1.bytes } + table.rows.reduce(0) { $1.reduce($0) { $0 + $1.bytes } }
        case .picture(let picture): picture.caption?.bytes ?? 0
        case .keyValues(let pairs): pairs.reduce(0) { $0 + $1.key.utf8.count + $1.value.bytes }
        case .callout(let callout): callout.title.utf8.count + callout.paragraphs.reduce(0) { $0 + $1.bytes }
        case .turn(let turn): turn.speaker.utf8.count + turn.time.utf8.count + turn.text.bytes
        case .rule, .space, .pageBreak: 0
        }
    }
}

extension InlineText {
    fileprivate var bytes: Int { runs.reduce(0) { $0 + $1.text.utf8.count } }
}
