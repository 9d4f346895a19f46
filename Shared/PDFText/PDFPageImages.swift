/// A raster image on a page.
package struct PDFPageImage: Sendable {
    /// Its place in the order of painting, for `grayImage`.
    package var index: Int
    /// The corners of the page area it covers, in points from the top left.
    package var left, top, right, bottom: Double
    /// Its own size in pixels.
    package var width: Int
    package var height: Int
    /// How its samples have to be turned to stand as the page shows them, or nil when it is slanted.
    package var placement: Placement?
    /// A stencil painted in one colour.
    package var isMask: Bool

    /// Quarter turns clockwise, after mirroring left to right if so.
    package struct Placement: Sendable, Hashable {
        package var quarterTurns: Int
        package var isMirrored: Bool
    }

    /// Pixels for one inch on the page, the lower of both directions.
    package var dotsPerInch: Double {
        let isUpright = (placement?.quarterTurns ?? 0) % 2 == 0
        let (across, down) = isUpright ? (width, height) : (height, width)
        return 72 * min(Double(across) / max(right - left, 0.01), Double(down) / max(bottom - top, 0.01))
    }

    /// The share of a page of that size that it covers, 0 to 1.
    package func share(ofPageWidth pageWidth: Double, height pageHeight: Double) -> Double {
        let width = max(0, min(right, pageWidth) - max(left, 0))
        let height = max(0, min(bottom, pageHeight) - max(top, 0))
        return width * height / max(pageWidth * pageHeight, 0.01)
    }
}

/// The raster images of a page and what else it paints.
package struct PDFPageImages: Sendable {
    /// In painting order, at most ``imagesMax``.
    package var images: [PDFPageImage]
    /// Filled, stroked or shaded shapes.
    package var shapeCount: Int
    package var visibleGlyphCount: Int

    package static let imagesMax = 4_096
}
