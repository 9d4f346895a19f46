extension BlockMeasurer {
    /// Distance between the columns of a table.
    private var gutter: Double { theme.tableCell.size * 1.2 }

    mutating func append(_ table: Table) throws(TypesettingError) {
        guard !table.columns.isEmpty else { return }
        guard table.columns.count <= limits.tableColumnsMax else {
            throw TypesettingError(.tooLarge, "a table of more than \(limits.tableColumnsMax) columns")
        }
        try countCells((table.rows.count + 1) * table.columns.count)
        let boxes = boxes(of: table.columns)
        let group = makeGroup(.table)
        var header: Int?
        if !table.header.isEmpty {
            header = items.count
            try addRow(table.header, table, boxes, isHeader: true, in: group, below: nil)
        }
        for row in table.rows { try addRow(row, table, boxes, isHeader: false, in: group, below: header) }
        spaceBelow(theme.body.below * 1.4)
    }

    private mutating func addRow(
        _ cells: [InlineText], _ table: Table, _ boxes: [(x: Double, width: Double)], isHeader: Bool,
        in group: MeasuredItem.Group, below header: Int?
    ) throws(TypesettingError) {
        let style = isHeader ? theme.tableHeader : theme.tableCell
        var columns: [MeasuredItem.Column] = []
        for (index, column) in table.columns.enumerated() {
            let text = index < cells.count ? cells[index] : ""
            let box = boxes[index]
            columns.append(
                MeasuredItem.Column(
                    lines: try lines(text, style, x: box.x, width: box.width, alignment: column.alignment),
                    tag: isHeader ? .tableHeader : .tableCell))
        }
        var item = MeasuredItem(
            columns, splitting: isHeader ? .never : .whenTooTall, insetTop: style.size * 0.42,
            insetBottom: style.size * 0.42)
        item.decoration = .row(isHeader: isHeader)
        item.groups = [group, makeGroup(.tableRow)]
        item.flow.header = header
        item.flow.keepsWithNext = isHeader
        add(item)
    }

    /// Left end and width of each column's text. A share that is no positive number counts as one.
    private func boxes(of columns: [Table.Column]) -> [(x: Double, width: Double)] {
        let shares = columns.map { $0.share.isFinite && $0.share > 0 ? min($0.share, 1_000_000) : 1 }
        let free = max(width - gutter * Double(columns.count), 1)
        let total = shares.reduce(0, +)
        var x = gutter / 2
        return shares.map { share in
            let box = (x: x, width: free * share / total)
            x += box.width + gutter
            return box
        }
    }

    mutating func append(_ pairs: [KeyValue]) throws(TypesettingError) {
        guard !pairs.isEmpty else { return }
        try countCells(pairs.count * 2)
        let group = makeGroup(.table)
        let keyWidth = width * 0.24
        var value = theme.tableCell
        value.size = theme.key.size
        value.leading = theme.key.leading
        for pair in pairs {
            let x = keyWidth + gutter
            var item = MeasuredItem(
                [
                    .init(lines: try lines(InlineText(pair.key), theme.key, width: keyWidth), tag: .tableHeader),
                    .init(lines: try lines(pair.value, value, x: x, width: width - x), tag: .tableCell),
                ], splitting: .whenTooTall, insetTop: theme.key.size * 0.28, insetBottom: theme.key.size * 0.28)
            item.decoration = .row(isHeader: false)
            item.groups = [group, makeGroup(.tableRow)]
            add(item)
        }
        spaceBelow(theme.body.below * 1.4)
    }
}
