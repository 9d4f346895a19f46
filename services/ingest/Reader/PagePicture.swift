import OCR
import PDFText

/// The picture of a page, or of the scan that fills it, and where it lies on the page.
struct PagePicture: Sendable {
    var picture: GrayPicture
    /// The page area it shows, in points.
    var left, top, right, bottom: Double

    var dotsPerInch: Int {
        Int((72 * Double(picture.width) / max(right - left, 0.01)).rounded())
    }

    /// The page drawn at a resolution that keeps it below a number of pixels; nil when that fails.
    init?(
        rendering page: Int, of document: borrowing PDFDocument, size: (width: Double, height: Double),
        dotsPerInch: Int, pixelsMax: Int
    ) {
        let wanted = Double(dotsPerInch) / 72
        let largest = (Double(pixelsMax) / (size.width * size.height)).squareRoot()
        let scale = min(wanted, largest)
        let width = max(1, Int((size.width * scale).rounded(.down)))
        let height = max(1, Int((size.height * scale).rounded(.down)))
        // A page a thousand times as long as wide has no text that could be read at this scale.
        guard width >= 32, height >= 32 else { return nil }
        guard let raster = document.render(page: page, width: width, height: height, inColor: false) else { return nil }
        picture = Self.copy(raster)
        (left, top, right, bottom) = (0, 0, size.width, size.height)
    }

    /// The samples of an image on the page, turned as the page shows them; nil when it cannot be decoded.
    init?(_ image: PDFPageImage, ofPage page: Int, of document: borrowing PDFDocument, pixelsMax: Int) {
        guard let placement = image.placement,
            let raster = document.grayImage(image.index, ofPage: page, pixelsMax: pixelsMax)
        else { return nil }
        picture = Self.copy(raster).turned(quarterTurns: placement.quarterTurns, isMirrored: placement.isMirrored)
        (left, top, right, bottom) = (image.left, image.top, image.right, image.bottom)
    }

    private static func copy(_ raster: borrowing PDFRaster) -> GrayPicture {
        raster.withBytes { samples in
            GrayPicture(
                copying: samples, width: raster.width, height: raster.height, bytesPerRow: raster.bytesPerRow)
        }
    }
}
