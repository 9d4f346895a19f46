import PDFText
import ReaderProtocol

/// Whether the text layer of a page says what the page shows.
///
/// Real files lie: letters mapped to symbols, text outside the page, an old recognition of poor quality under the
/// picture of a page. Each page is judged by itself before its layer is trusted.
struct TextLayerJudgement: Sendable, Hashable {
    /// Set when the layer should not be used if the page can be recognised.
    var problem: TextLayerProblem?
    /// How sound the layer looks, 0 to 1.
    var confidence: Double
    /// Letters and digits.
    var letterCount: Int
    /// Whether there may be a picture of text that the layer does not have: its pictures should be looked at.
    var mayMissText: Bool

    /// A page with so many letters over so much of its area is not the picture of a page with a label on it.
    private static let lettersOfFullPage = 400
    private static let areaOfFullPage = 0.08

    init(_ text: PDFPageText, width: Double, height: Double) {
        var plausibility = TextPlausibility()
        var area = 0.0
        for word in text.words {
            plausibility.add(text.text[word.textRange])
            area += max(0, word.right - word.left) * max(0, word.bottom - word.top)
        }
        letterCount = plausibility.letterCount
        let glyphs = max(1, text.glyphs.all)
        let meaningless = Double(text.glyphs.unmapped + text.meaninglessCount) / Double(glyphs)
        confidence = max(0, min(1, plausibility.share * (1 - min(1, meaningless))))

        let isInvisible = 2 * text.glyphs.invisible > glyphs
        if text.glyphs.all >= 20, 2 * text.glyphs.outsidePage > glyphs {
            problem = .outsidePage
        } else if text.glyphs.all >= 20, meaningless > 0.2 || plausibility.symbolCount > letterCount {
            problem = .garbled
        } else if isInvisible, plausibility.share < 0.85 {
            problem = .poorRecognition
        } else if plausibility.judgedCount >= 15, plausibility.share < 0.6 {
            problem = .garbled
        } else if letterCount == 0 {
            problem = .missing
        }
        mayMissText =
            problem == nil && !isInvisible
            && (letterCount < Self.lettersOfFullPage || area < Self.areaOfFullPage * width * height)
    }
}
