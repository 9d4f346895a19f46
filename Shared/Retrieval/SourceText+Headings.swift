extension SourceText {
    /// A heading of a document, for an outline.
    package struct Heading: Sendable, Hashable {
        package let title: String
        /// 1 for the outermost.
        package let level: Int
        /// The page it stands on, from 1.
        package let page: Int
    }

    /// The headings, in order, as ``Chunker`` sees them.
    package var headings: [Heading] {
        TextBlock.blocks(of: bytes).compactMap { block in
            guard case .heading(let level, let title) = block.kind else { return nil }
            return Heading(title: title, level: level, page: pages(in: block.range).first?.number ?? 1)
        }
    }
}
