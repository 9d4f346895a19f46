/// A rectangle on a page in points (1/72 inch), origin at the top left of the page as a reader sees it.
package struct PageBox: Sendable, Hashable {
    package var left: Double
    package var top: Double
    package var right: Double
    package var bottom: Double

    package init(left: Double, top: Double, right: Double, bottom: Double) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    package var width: Double { right - left }
    package var height: Double { bottom - top }

    /// The smallest box around both.
    package func union(_ other: PageBox) -> PageBox {
        PageBox(
            left: min(left, other.left), top: min(top, other.top), right: max(right, other.right),
            bottom: max(bottom, other.bottom))
    }

    /// The part of this box inside a page of that size; never inside out.
    package func clamped(width: Double, height: Double) -> PageBox {
        let left = min(max(left, 0), width)
        let top = min(max(top, 0), height)
        return PageBox(
            left: left, top: top, right: max(left, min(right, width)), bottom: max(top, min(bottom, height)))
    }
}
