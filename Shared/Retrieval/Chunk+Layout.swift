extension Chunk {
    /// Everything but the text, as bytes for a database beside the text.
    ///
    /// Numbers in base 128, least group first; strings with their length before them.
    package var layout: [UInt8] {
        var bytes: [UInt8] = [Self.layoutVersion]
        for number in [index, characterRange.lowerBound, characterRange.count, coreOffset] {
            bytes.appendNumber(number)
        }
        bytes.appendNumber(pages.count)
        for page in pages {
            for number in [page.number, page.range.lowerBound, page.range.count] { bytes.appendNumber(number) }
        }
        bytes.appendNumber(headingPath.count)
        for heading in headingPath {
            bytes.appendNumber(heading.utf8.count)
            bytes.append(contentsOf: heading.utf8)
        }
        bytes.appendNumber(units.count)
        for unit in units {
            for number in [unit.lowerBound, unit.count] { bytes.appendNumber(number) }
        }
        return bytes
    }

    /// A chunk of its stored text and what ``layout`` wrote; `nil` if the bytes are damaged or do not fit the text.
    package init?(text: String, layout: [UInt8]) {
        var reader = LayoutReader(bytes: layout[...], textCount: text.utf8.count)
        guard reader.bytes.popFirst() == Self.layoutVersion,
            let index = reader.number(), let start = reader.number(), let count = reader.number(),
            let coreOffset = reader.number(), count == text.utf8.count, coreOffset <= count,
            let pages = reader.list({ reader in
                reader.number().flatMap { number in reader.range().map { PageSpan(number: number, range: $0) } }
            }), !pages.isEmpty,
            let headingPath = reader.list({ $0.string() }),
            let units = reader.list({ $0.range() }), reader.bytes.isEmpty
        else { return nil }
        let (end, overflow) = start.addingReportingOverflow(count)
        guard !overflow else { return nil }
        self.init(
            index: index, text: text, characterRange: start..<end, coreOffset: coreOffset, pages: pages,
            headingPath: headingPath, units: units)
    }

    private static var layoutVersion: UInt8 { 1 }
}

/// Reads what was stored; every answer is `nil` where the bytes are damaged.
private struct LayoutReader {
    var bytes: ArraySlice<UInt8>
    let textCount: Int

    mutating func number() -> Int? {
        var value = 0
        var shift = 0
        while let byte = bytes.popFirst(), shift < 56 {
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }

    mutating func range() -> Range<Int>? {
        guard let start = number(), let count = number(), start <= textCount, count <= textCount - start else {
            return nil
        }
        return start..<(start + count)
    }

    mutating func string() -> String? {
        guard let count = number(), count <= bytes.count else { return nil }
        let text = String(validating: bytes.prefix(count), as: UTF8.self)
        bytes = bytes.dropFirst(count)
        return text
    }

    mutating func list<Element>(_ element: (inout Self) -> Element?) -> [Element]? {
        // Each element takes at least one byte, so a damaged count cannot ask for more memory than the bytes have.
        guard let count = number(), count <= bytes.count else { return nil }
        var elements: [Element] = []
        for _ in 0..<count {
            guard let next = element(&self) else { return nil }
            elements.append(next)
        }
        return elements
    }
}

extension [UInt8] {
    fileprivate mutating func appendNumber(_ number: Int) {
        var rest = UInt(bitPattern: number)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
