import OCR
import PDFText
package import ReaderProtocol

/// An open document and what is needed to read its pages: the work of one worker process.
package struct DocumentSession: ~Copyable {
    let document: PDFDocument
    let configuration: ReaderConfiguration
    private var recognizer: TextRecognizer?
    private var orientationDetector: OrientationDetector?
    private var hasNoOrientationData = false

    /// Opens the document behind a descriptor.
    ///
    /// - Throws: ``ReaderFailure`` that says what is wrong with it.
    package init(
        descriptor: Int32, password: String?, configuration: ReaderConfiguration
    ) throws(ReaderFailure) {
        let opened = try Self.open(descriptor, password: password)
        guard opened.pageCount > 0 else { throw ReaderFailure(.empty, "The PDF has no pages.") }
        guard opened.pageCount <= configuration.limits.pagesMax else {
            throw ReaderFailure(
                .tooManyPages,
                "The PDF has \(opened.pageCount) pages; at most \(configuration.limits.pagesMax) are allowed.")
        }
        document = opened
        self.configuration = configuration
    }

    private static func open(_ descriptor: Int32, password: String?) throws(ReaderFailure) -> PDFDocument {
        guard let file = try? MappedFile(descriptor: descriptor) else {
            throw ReaderFailure(.damaged, "The file is empty or cannot be read.")
        }
        do throws(PDFOpenError) {
            return try PDFDocument(file, password: password)
        } catch {
            switch error {
            case .encrypted:
                throw ReaderFailure(
                    .encrypted,
                    password == nil ? "The PDF is protected by a password." : "The password does not open the PDF.")
            case .outOfMemory: throw ReaderFailure(.crashed, "The PDF needs more memory than allowed.")
            case .damaged:
                throw ReaderFailure(.damaged, "The file is not a PDF, or it is cut off or damaged.")
            }
        }
    }

    /// What the document says about itself.
    package func info() -> DocumentInfo {
        DocumentInfo(
            pageCount: document.pageCount, title: document.title,
            outline: document.outline().map { .init(title: $0.title, page: $0.page, level: $0.level) })
    }

    /// Reads one page: its text layer where that is sound, else its picture.
    ///
    /// - Throws: ``ReaderFailure`` naming the page.
    package mutating func read(page number: Int) throws(ReaderFailure) -> PageReading {
        guard (1...document.pageCount).contains(number) else {
            throw ReaderFailure(.noSuchPage, "There is no page \(number).", page: number)
        }
        // A page whose object is missing is shown as nothing by every viewer; it does not spoil the others.
        guard let size = document.size(ofPage: number), let layer = document.text(ofPage: number) else {
            return PageReading(
                number: number, width: 0, height: 0, source: .blank, confidence: 0, textLayerProblem: .missing,
                text: "", encodedLayout: PageLayout().encoded())
        }
        let judgement = TextLayerJudgement(layer, width: size.width, height: size.height)
        if judgement.problem == nil, !judgement.mayMissText {
            return PageReading(number: number, size: size, layer: layer, judgement: judgement)
        }
        return try readPicture(number, size: size, layer: layer, judgement: judgement)
    }

    /// Draws a page as a PNG file.
    ///
    /// - Throws: ``ReaderFailure`` naming the page.
    package func picture(ofPage number: Int, width: Int) throws(ReaderFailure) -> [UInt8] {
        guard let size = document.size(ofPage: number) else {
            throw ReaderFailure(.noSuchPage, "There is no page \(number).", page: number)
        }
        let height = (Double(width) * size.height / size.width).rounded()
        guard height >= 1, height * Double(width) <= Double(configuration.limits.pixelsMax),
            let paint = document.images(onPage: number), isDrawable(paint)
        else {
            throw ReaderFailure(.pageTooLarge, "Page \(number) cannot be drawn at this size.", page: number)
        }
        guard let raster = document.render(page: number, width: width, height: Int(height), inColor: true),
            let png = raster.png()
        else { throw ReaderFailure(.pageDamaged, "Page \(number) cannot be drawn.", page: number) }
        return png
    }

    /// The recogniser, loaded when the first page needs it and kept for the others.
    mutating func recognize(_ page: PagePicture, timeout: Duration) throws(RecognitionError) -> RecognizedPage {
        if recognizer == nil {
            recognizer = try TextRecognizer(
                languages: configuration.languages, folder: configuration.languageFolder)
        }
        switch recognizer {
        case .some(let recognizer):
            return try recognizer.recognize(page.picture, dotsPerInch: page.dotsPerInch, timeout: timeout)
        case .none: throw .failed
        }
    }

    /// How far a picture stands turned, or nil when that cannot be told.
    mutating func quarterTurns(of page: PagePicture) -> Int? {
        if orientationDetector == nil, !hasNoOrientationData {
            do {
                orientationDetector = try OrientationDetector(folder: configuration.languageFolder)
            } catch {
                hasNoOrientationData = true
            }
        }
        switch orientationDetector {
        case .some(let detector): return detector.quarterTurns(of: page.picture, dotsPerInch: page.dotsPerInch)
        case .none: return nil
        }
    }
}
