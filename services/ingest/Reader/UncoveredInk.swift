import OCR
import PDFText

/// Looks for text in a picture at places where the text layer has none.
///
/// Strokes of letters make many strong changes from light to dark along a row. They are counted in every eighth row of a
/// picture with 300 dots an inch, and in as many of any other, apart for places inside and outside the boxes of the layer's words: a photo or a slide's background has few outside,
/// a scanned page with a stamp of real text has nearly all of them there.
struct UncoveredInk: Sendable {
    private(set) var inside = 0
    private(set) var outside = 0

    /// A paragraph of fifty words makes about this many or more.
    private static let strokesOfParagraph = 1_000

    /// Whether the picture seems to hold more text than the layer has.
    var isSubstantial: Bool { outside > max(Self.strokesOfParagraph, inside) }

    init(_ page: PagePicture, words: [PDFPageText.Word]) {
        let (width, height) = (page.picture.width, page.picture.height)
        let step = min(max(page.dotsPerInch * 8 / 300, 2), 16)
        let columns = (width + step - 1) / step
        var covered = [Bool](repeating: false, count: columns * ((height + step - 1) / step))
        let scaleX = Double(width) / max(page.right - page.left, 0.01)
        let scaleY = Double(height) / max(page.bottom - page.top, 0.01)
        func cell(_ points: Double, _ origin: Double, _ scale: Double, _ limit: Int) -> Int {
            Int(min(max((points - origin) * scale, 0), Double(limit - 1))) / step
        }
        for word in words {
            let columnRange =
                cell(
                    word.left, page.left, scaleX, width)...max(
                    cell(word.left, page.left, scaleX, width), cell(word.right, page.left, scaleX, width))
            let rowRange =
                cell(
                    word.top, page.top, scaleY, height)...max(
                    cell(word.top, page.top, scaleY, height), cell(word.bottom, page.top, scaleY, height))
            for row in rowRange { for column in columnRange { covered[row * columns + column] = true } }
        }
        page.picture.samples.withUnsafeBufferPointer { samples in
            for row in stride(from: 0, to: height, by: step) {
                var wasDark = false
                for column in 3..<max(3, width) {
                    let here = Int(samples[row * width + column])
                    let change = Int(samples[row * width + column - 3]) - here
                    if change > 80, !wasDark {
                        wasDark = true
                        if covered[row / step * columns + column / step] { inside += 1 } else { outside += 1 }
                    } else if change < -80 {
                        wasDark = false
                    }
                }
            }
        }
    }
}
