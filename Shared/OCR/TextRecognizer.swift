internal import CTesseract
internal import Glibc

/// Why a picture could not be read.
package enum RecognitionError: Error, Sendable {
    /// The files of a language are not installed.
    case missingLanguage(String)
    /// It took longer than allowed.
    case timedOut
    /// Tesseract gave up.
    case failed
}

/// Tesseract, loaded once and used for one picture after another by one thread.
///
/// The process must have been started with `OMP_THREAD_LIMIT=1` in its environment: Tesseract's own threads make it
/// several times slower.
package struct TextRecognizer: ~Copyable {
    private let handle: OpaquePointer

    /// Loads the language files.
    ///
    /// - Parameters:
    ///   - languages: In Tesseract's form, such as `eng+deu`.
    ///   - folder: Where `*.traineddata` are; nil for the system's folder or `TESSDATA_PREFIX`.
    /// - Throws: ``RecognitionError/missingLanguage(_:)``.
    package init(languages: String, folder: String? = nil) throws(RecognitionError) {
        guard let made = TessBaseAPICreate() else { throw .failed }
        let result =
            if let folder { TessBaseAPIInit3(made, folder, languages) } else { TessBaseAPIInit3(made, nil, languages) }
        guard result == 0 else {
            TessBaseAPIDelete(made)
            throw .missingLanguage(languages)
        }
        // The library's default is one block of text; a page has columns, headings and pictures.
        TessBaseAPISetPageSegMode(made, PSM_AUTO)
        handle = made
    }

    deinit {
        TessBaseAPIEnd(handle)
        TessBaseAPIDelete(handle)
    }

    /// Reads a picture.
    ///
    /// - Parameters:
    ///   - dotsPerInch: Resolution of the picture; decides what counts as noise.
    ///   - timeout: After that long recognition stops and throws.
    /// - Throws: ``RecognitionError``.
    package func recognize(
        _ picture: GrayPicture, dotsPerInch: Int, timeout: Duration
    ) throws(RecognitionError) -> RecognizedPage {
        defer { TessBaseAPIClear(handle) }
        let factor = TextScale.factor(for: picture)
        let scale = try set(picture, factor: factor)
        TessBaseAPISetSourceResolution(handle, Int32((Double(dotsPerInch) * factor).rounded()))
        guard let monitor = ctesseract_monitor(Int32(clamping: Int64(timeout / .milliseconds(1)))) else {
            throw .failed
        }
        defer { TessMonitorDelete(monitor) }
        let start = ContinuousClock.now
        guard TessBaseAPIRecognize(handle, monitor) == 0 else {
            throw ContinuousClock.now - start >= timeout ? .timedOut : .failed
        }
        guard let iterator = TessBaseAPIGetIterator(handle) else { return RecognizedPage() }
        defer { TessResultIteratorDelete(iterator) }
        return Self.collect(iterator, scale: scale)
    }

    /// Gives Tesseract the picture, reduced. Returns how many pixels of the picture one of the reduced ones stands for.
    private func set(_ picture: GrayPicture, factor: Double) throws(RecognitionError) -> (across: Double, down: Double)
    {
        var width: Int32 = 0
        var height: Int32 = 0
        let isSet = picture.samples.withUnsafeBufferPointer { samples in
            ctesseract_set_picture(
                handle, samples.baseAddress, Int32(picture.width), Int32(picture.height), factor, &width, &height)
        }
        guard isSet, width > 0, height > 0 else { throw .failed }
        return (Double(picture.width) / Double(width), Double(picture.height) / Double(height))
    }

    private static func collect(
        _ iterator: OpaquePointer, scale: (across: Double, down: Double)
    ) -> RecognizedPage {
        var page = RecognizedPage()
        // Borrowed from the result iterator, moves with it.
        let place = TessResultIteratorGetPageIterator(iterator)
        var startsLine = true
        var startsParagraph = true
        repeat {
            startsParagraph = startsParagraph || TessPageIteratorIsAtBeginningOf(place, RIL_PARA) != 0
            startsLine = startsLine || startsParagraph || TessPageIteratorIsAtBeginningOf(place, RIL_TEXTLINE) != 0
            guard let text = TessResultIteratorGetUTF8Text(iterator, RIL_WORD) else { continue }
            defer { TessDeleteText(text) }
            let bytes = UnsafeBufferPointer(
                start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: strlen(text))
            var left: Int32 = 0
            var top: Int32 = 0
            var right: Int32 = 0
            var bottom: Int32 = 0
            // What Tesseract takes for pictures comes as a word of one space.
            guard bytes.contains(where: { $0 > 0x20 }),
                TessPageIteratorBoundingBox(place, RIL_WORD, &left, &top, &right, &bottom) != 0
            else { continue }
            page.append(
                bytes, startsLine: startsLine, startsParagraph: startsParagraph,
                box: (
                    Int((Double(left) * scale.across).rounded(.down)), Int((Double(top) * scale.down).rounded(.down)),
                    Int((Double(right) * scale.across).rounded(.up)), Int((Double(bottom) * scale.down).rounded(.up))
                ),
                confidence: Double(TessResultIteratorConfidence(iterator, RIL_WORD)) / 100)
            startsLine = false
            startsParagraph = false
        } while TessResultIteratorNext(iterator, RIL_WORD) != 0
        if !page.words.isEmpty { page.text.append(0x0A) }
        return page
    }
}

extension RecognizedPage {
    fileprivate mutating func append(
        _ bytes: UnsafeBufferPointer<UInt8>, startsLine: Bool, startsParagraph: Bool,
        box: (left: Int, top: Int, right: Int, bottom: Int), confidence: Double
    ) {
        if !words.isEmpty { text.append(contentsOf: startsParagraph ? [0x0A, 0x0A] : startsLine ? [0x0A] : [0x20]) }
        let start = text.count
        text.append(contentsOf: bytes)
        words.append(
            Word(
                textRange: start..<text.count, left: box.left, top: box.top, right: box.right, bottom: box.bottom,
                confidence: min(max(confidence, 0), 1)))
        if startsLine || lines.isEmpty {
            lines.append(words.count - 1..<words.count)
            if startsParagraph || paragraphs.isEmpty {
                paragraphs.append(lines.count - 1..<lines.count)
            } else {
                paragraphs[paragraphs.count - 1] = paragraphs[paragraphs.count - 1].lowerBound..<lines.count
            }
        } else {
            lines[lines.count - 1] = lines[lines.count - 1].lowerBound..<words.count
        }
    }
}
