import OCR
import PDFText
import ReaderProtocol

extension DocumentSession {
    /// An image that covers so much of the page may be the page.
    private static let shareOfScan = 0.5
    /// An image that covers so much of it is, and is read as it is instead of drawing the page anew.
    private static let shareOfWholePage = 0.85
    /// Below that many dots an inch letters are too small to be recognised.
    private static let dotsPerInchMin = 90.0
    /// Below that mean confidence a page may stand on its head.
    private static let confidenceOfUpright = 0.6
    /// Letters drawn as shapes take several shapes each; fewer are lines and boxes.
    private static let shapesOfOutlinedText = 100

    /// Reads a page whose layer is bad, missing or perhaps not all there is.
    mutating func readPicture(
        _ number: Int, size: (width: Double, height: Double), layer: PDFPageText, judgement: TextLayerJudgement
    ) throws(ReaderFailure) -> PageReading {
        var reading = PageReading(number: number, size: size, layer: layer, judgement: judgement)
        guard let paint = document.images(onPage: number) else { return reading }
        guard isDrawable(paint) else {
            if !layer.words.isEmpty { return reading }
            throw ReaderFailure(.pageTooLarge, "Page \(number) has a picture with too many pixels.", page: number)
        }
        let scan = paint.images
            .max {
                $0.share(ofPageWidth: size.width, height: size.height)
                    < $1.share(ofPageWidth: size.width, height: size.height)
            }
            .flatMap { $0.share(ofPageWidth: size.width, height: size.height) >= Self.shareOfScan ? $0 : nil }
        reading.figures = paint.images.compactMap { image in
            image.index == scan?.index ? nil : PageBox(image, width: size.width, height: size.height)
        }

        switch judgement.problem {
        case nil where scan == nil: return reading
        case .missing where scan == nil:
            // No text at all: pictures of text that do not fill the page, or letters drawn as shapes.
            let isEmpty = paint.shapeCount < Self.shapesOfOutlinedText && paint.images.isEmpty && layer.glyphs.all == 0
            if isEmpty { return reading }
        default: break
        }
        guard let page = picture(of: number, size: size, paint: paint, scan: scan) else { return reading }
        if judgement.problem == nil, !UncoveredInk(page, words: layer.words).isSubstantial { return reading }

        let recognized: (page: RecognizedPage, quarterTurns: Int)
        do {
            recognized = try recognizeUpright(page)
        } catch {
            // A layer of doubtful quality is better than nothing.
            if !layer.words.isEmpty { return reading }
            throw failure(error, page: number)
        }
        guard isBetter(recognized.page, than: judgement) else { return reading }
        reading.take(recognized.page, of: page, turned: recognized.quarterTurns)
        if judgement.problem == nil { reading.textLayerProblem = .missing }
        return reading
    }

    /// Whether none of the images is so large that decoding it would take minutes; whatever a file claims, its size is
    /// checked before a sample is decoded.
    func isDrawable(_ paint: PDFPageImages) -> Bool {
        let pixelsMax = 4 * configuration.limits.pixelsMax
        return paint.images.allSatisfy { $0.width.multipliedReportingOverflow(by: $0.height).partialValue <= pixelsMax }
    }

    /// The scan's own samples where it is all there is on the page, else the page drawn.
    private func picture(
        of number: Int, size: (width: Double, height: Double), paint: PDFPageImages, scan: PDFPageImage?
    ) -> PagePicture? {
        let limits = configuration.limits
        if let scan, scan.share(ofPageWidth: size.width, height: size.height) >= Self.shareOfWholePage,
            scan.dotsPerInch >= Self.dotsPerInchMin, paint.visibleGlyphCount == 0, paint.images.count == 1,
            paint.shapeCount < 4,
            let picture = PagePicture(scan, ofPage: number, of: document, pixelsMax: limits.pixelsMax)
        {
            return picture
        }
        return PagePicture(
            rendering: number, of: document, size: size, dotsPerInch: limits.recognitionDPI, pixelsMax: limits.pixelsMax
        )
    }

    /// Recognises a picture, and where that goes badly looks whether it stands turned.
    private mutating func recognizeUpright(
        _ page: PagePicture
    ) throws(RecognitionError) -> (page: RecognizedPage, quarterTurns: Int) {
        // Together less than the parent's patience, so that the process survives a page that only takes long.
        let deadline = ContinuousClock.now + configuration.limits.pageTimeout * 0.8
        let first = try recognize(page, timeout: deadline - .now)
        guard first.confidence < Self.confidenceOfUpright, let turns = quarterTurns(of: page), turns != 0 else {
            return (first, 0)
        }
        var turned = page
        // What stands turned clockwise by some quarters is upright after the rest of a full turn.
        turned.picture = page.picture.turned(quarterTurns: 4 - turns)
        guard let second = try? recognize(turned, timeout: deadline - .now), second.confidence > first.confidence else {
            return (first, 0)
        }
        return (second, 4 - turns)
    }

    private func isBetter(_ recognized: RecognizedPage, than layer: TextLayerJudgement) -> Bool {
        let letters = recognized.words.reduce(0) { $0 + $1.textRange.count }
        switch layer.problem {
        case .missing: return letters > 0
        case nil: return letters * 5 > layer.letterCount * 6 && recognized.confidence > 0.6
        default: return recognized.confidence > 0.5 && letters * 2 > layer.letterCount
        }
    }

    private func failure(_ error: RecognitionError, page: Int) -> ReaderFailure {
        switch error {
        case .missingLanguage(let language):
            ReaderFailure(.unavailable, "The language files \(language) for text recognition are not installed.")
        case .timedOut: ReaderFailure(.timedOut, "Page \(page) took too long to read.", page: page)
        case .failed: ReaderFailure(.pageDamaged, "The text of page \(page) could not be recognised.", page: page)
        }
    }
}

extension PageBox {
    /// The part of an image on the page; nil when none of it is.
    fileprivate init?(_ image: PDFPageImage, width: Double, height: Double) {
        guard [image.left, image.top, image.right, image.bottom].allSatisfy(\.isFinite) else { return nil }
        self = PageBox(left: image.left, top: image.top, right: image.right, bottom: image.bottom)
            .clamped(width: width, height: height)
        if self.width < 8 || self.height < 8 { return nil }
    }
}
