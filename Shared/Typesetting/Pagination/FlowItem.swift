/// What pagination knows of a piece of a document: heights, and where it may be cut. No fonts, no text.
package struct FlowItem: Sendable, Hashable {
    /// Where a page may end within an item.
    package enum Splitting: Sendable, Hashable {
        /// Nowhere.
        case never
        /// Between lines, with at least so many before and after a cut.
        case byLines(orphans: Int, widows: Int)
        /// Between lines of each column, but only when no page can hold it whole.
        case whenTooTall
    }

    /// The heights of the lines in each of the columns that stand beside each other; a paragraph has one column, a row of
    /// a table one for each cell.
    package var columns: [[Double]]
    /// White space above and below the lines, in each part into which the item is cut.
    package var insetTop = 0.0
    package var insetBottom = 0.0
    /// White space between the item and its neighbours; the larger of two counts, and none at the top of a page.
    package var above = 0.0
    package var below = 0.0
    package var splitting = Splitting.never
    /// Whether no page may end between this item and the next.
    package var keepsWithNext = false
    /// Whether it begins a page.
    package var startsPage = false
    /// The earlier item that is repeated above this one where this one is at the top of a page.
    package var header: Int?

    package init(columns: [[Double]]) {
        self.columns = columns
    }

    /// The height of the lines from `starts` on, with the insets.
    func height(from starts: [Int]) -> Double {
        var tallest = 0.0
        for (column, start) in zip(columns, starts) { tallest = max(tallest, column[start...].reduce(0, +)) }
        return tallest + insetTop + insetBottom
    }

    var height: Double { height(from: columns.map { _ in 0 }) }
}

/// What stands on one page.
package struct PageLayout: Sendable, Hashable {
    package var fragments: [Fragment]

    package init(fragments: [Fragment] = []) {
        self.fragments = fragments
    }

    /// An item, or the part of it that stands on this page.
    package struct Fragment: Sendable, Hashable {
        /// The number of the item, in the order in which items came.
        package var item: Int
        /// The lines of each column.
        package var lines: [Range<Int>]
        /// From the top of the text's box.
        package var y: Double
        package var height: Double
        /// A table's header, shown once more.
        package var isRepeated = false
    }
}
