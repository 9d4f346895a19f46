/// Rows of cells. The header is repeated on each page; a row is kept whole when a page can hold it.
package struct Table: Sendable {
    package struct Column: Sendable, Hashable {
        /// The share of the table's width, beside those of the others.
        package var share: Double
        package var alignment: TextAlignment

        package init(share: Double = 1, alignment: TextAlignment = .start) {
            self.share = share
            self.alignment = alignment
        }
    }

    package var columns: [Column]
    /// Empty for a table without a header.
    package var header: [InlineText]
    /// Cells that a row has too many are not shown, those it has too few are empty.
    package var rows: [[InlineText]]

    package init(columns: [Column], header: [InlineText] = [], rows: [[InlineText]]) {
        self.columns = columns
        self.header = header
        self.rows = rows
    }
}

/// A picture and the words below it.
package struct Picture: Sendable {
    /// A PNG or a JPEG file. The JPEG goes into the document as it is, in gray or colour; CMYK is refused.
    package var file: [UInt8]
    /// In points; nil for the width of the text. Reduced to what a page can hold.
    package var width: Double?
    package var caption: InlineText?

    package init(file: [UInt8], width: Double? = nil, caption: InlineText? = nil) {
        self.file = file
        self.width = width
        self.caption = caption
    }
}
