/// A piece of a document with its lines measured: its ``FlowItem`` is what pagination sees of it.
struct MeasuredItem {
    /// One line, or something as indivisible.
    struct Line {
        enum Content {
            /// Number of a line in ``ShapedText``, its left end, and its baseline below the top.
            case text(line: Int, x: Double, baseline: Double)
            /// Number of a picture, and its size.
            case picture(Int, width: Double, height: Double)
            case nothing
        }

        var content: Content
        var height: Double
    }

    struct Column {
        var lines: [Line]
        /// What it is in the structure of the document, such as `P` or `TD`.
        var tag: StructureTag
    }

    /// What is drawn below the lines.
    enum Decoration {
        case none
        /// A ground with a coloured edge.
        case panel
        /// A coloured edge on the left or right.
        case edge(Ink, isRight: Bool)
        /// A row of a table, with a thin line below.
        case row(isHeader: Bool)
        /// A thin line across the text.
        case rule
        /// A marker before the first line: number of a line in ``ShapedText``, or an empty box.
        case marker(line: Int, x: Double, baseline: Double)
        case box(size: Double, x: Double, y: Double)
    }

    var flow: FlowItem
    var columns: [Column] = []
    var decoration = Decoration.none
    /// What the item stands in, outermost first, such as a table and its row. Neighbours with equal numbers share it.
    var groups: [Group] = []
    var anchor: String?
    /// Its entry in the outline.
    var outline: (level: Int, title: String)?

    struct Group: Hashable {
        var tag: StructureTag
        var number: Int
    }

    init(
        _ columns: [Column], splitting: FlowItem.Splitting = .never, insetTop: Double = 0, insetBottom: Double = 0,
        above: Double = 0, below: Double = 0
    ) {
        self.columns = columns
        flow = FlowItem(columns: columns.map { $0.lines.map(\.height) })
        flow.splitting = splitting
        flow.insetTop = insetTop
        flow.insetBottom = insetBottom
        flow.above = above
        flow.below = below
    }
}

/// The names of structure elements (ISO 32000-1, 14.8.4) that cairo knows and that are used here.
enum StructureTag: String, Hashable {
    case document = "Document"
    case section = "Sect"
    case heading1 = "H1"
    case heading2 = "H2"
    case heading3 = "H3"
    case heading4 = "H4"
    case heading5 = "H5"
    case heading6 = "H6"
    case paragraph = "P"
    case quotation = "BlockQuote"
    case list = "L"
    case listItem = "LI"
    case table = "Table"
    case tableRow = "TR"
    case tableHeader = "TH"
    case tableCell = "TD"
    case figure = "Figure"
    case caption = "Caption"
    case span = "Span"
    case link = "Link"

    static func heading(_ level: Int) -> StructureTag {
        [.heading1, .heading2, .heading3, .heading4, .heading5, .heading6][min(max(level, 1), 6) - 1]
    }
}
