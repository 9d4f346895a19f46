internal import CTesseract

/// How much a picture can be reduced before it is recognised.
///
/// Recognition takes time by the pixel, and its network sees every line 36 pixels high anyway. Small letters of 18
/// pixels are read as well as larger ones: with scans of 10 to 18 point type at 300 dots an inch, reduced to between a
/// half and four fifths, errors stayed the same or became fewer (reducing also averages noise away), and the time fell
/// by a sixth to a third.
enum TextScale {
    /// The height to which the small letters of a page are brought.
    private static let letterHeight = 18.0
    private static let factorMin = 0.5
    /// Gains below a tenth are not worth the scaling.
    private static let factorMax = 0.9
    /// With fewer letters than that, what was found may be something else.
    private static let lettersMin = 40
    /// As many say enough about a page.
    private static let lettersMax = 20_000

    /// Between 0.5 and 1.
    static func factor(for picture: GrayPicture) -> Double {
        guard picture.width >= 400, picture.height >= 400 else { return 1 }
        let heights = [UInt16](unsafeUninitializedCapacity: lettersMax) { buffer, count in
            count = picture.samples.withUnsafeBufferPointer { samples in
                ctesseract_letter_heights(
                    samples.baseAddress, Int32(picture.width), Int32(picture.height), buffer.baseAddress, buffer.count)
            }
        }
        guard heights.count >= lettersMin else { return 1 }
        // Nine of ten letters are at least that high: a page's footnotes count, its specks do not.
        let small = Double(heights[heights.count / 10])
        let factor = max(factorMin, letterHeight / small)
        return factor <= factorMax ? factor : 1
    }
}
