internal import CTesseract

/// Finds out which way up a picture of text stands, by Tesseract's orientation data (`osd.traineddata`).
package struct OrientationDetector: ~Copyable {
    private let handle: OpaquePointer

    /// Loads the data. Throws ``RecognitionError/missingLanguage(_:)`` when they are not installed.
    package init(folder: String? = nil) throws(RecognitionError) {
        guard let made = TessBaseAPICreate() else { throw .failed }
        let result =
            if let folder { TessBaseAPIInit3(made, folder, "osd") } else { TessBaseAPIInit3(made, nil, "osd") }
        guard result == 0 else {
            TessBaseAPIDelete(made)
            throw .missingLanguage("osd")
        }
        TessBaseAPISetPageSegMode(made, PSM_OSD_ONLY)
        handle = made
    }

    deinit {
        TessBaseAPIEnd(handle)
        TessBaseAPIDelete(handle)
    }

    /// The quarter turns clockwise by which the picture stands turned, 0 to 3; nil when there is too little text to tell.
    package func quarterTurns(of picture: GrayPicture, dotsPerInch: Int) -> Int? {
        defer { TessBaseAPIClear(handle) }
        picture.samples.withUnsafeBufferPointer { samples in
            TessBaseAPISetImage(
                handle, samples.baseAddress, Int32(picture.width), Int32(picture.height), 1, Int32(picture.width))
        }
        TessBaseAPISetSourceResolution(handle, Int32(dotsPerInch))
        var degrees: Int32 = 0
        var confidence: Float = 0
        var script: UnsafePointer<CChar>?
        var scriptConfidence: Float = 0
        guard
            TessBaseAPIDetectOrientationScript(handle, &degrees, &confidence, &script, &scriptConfidence) != 0,
            confidence > 1
        else { return nil }
        return Int(degrees) / 90 & 3
    }
}
