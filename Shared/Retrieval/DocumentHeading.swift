/// A heading of a document, for an outline.
package struct DocumentHeading: Sendable, Hashable {
    package let title: String
    /// 1 for the outermost.
    package let level: Int
    /// The page it stands on, from 1.
    package let page: Int
}
