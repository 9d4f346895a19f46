/// Tells about how many word pieces a text has, without a vocabulary.
///
/// Calibrated on English prose against the WordPiece vocabulary of the built-in embedder (within a tenth of the true
/// number for a page of text); scripts of which the vocabulary knows single letters only count each letter.
package enum TokenEstimate {
    /// The estimate for a text.
    package static func count(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        return count(0..<bytes.count, in: bytes)
    }

    /// The estimate for a part of a UTF-8 text.
    package static func count(_ range: Range<Int>, in bytes: [UInt8]) -> Int {
        var quarters = 0
        var letters = 0
        var digits = 0
        func endRun() {
            // A word of the vocabulary's usual length is one piece; longer ones come apart into pieces of about five.
            if letters > 0 { quarters += letters <= 7 ? 4 : 4 + (letters - 7) }
            if digits > 0 { quarters += 4 * ((digits + 2) / 3) }
            letters = 0
            digits = 0
        }
        for index in range {
            let byte = bytes[index]
            if UTF8Text.isLetter(byte) {
                if digits > 0 { endRun() }
                letters += 1
            } else if UTF8Text.isDigit(byte) {
                if letters > 0 { endRun() }
                digits += 1
            } else if byte < 0x80 {
                endRun()
                if !UTF8Text.isSpace(byte) { quarters += 4 }
            } else if (0xC3...0xC9).contains(byte) {
                letters += 1
            } else if UTF8Text.isBoundary(byte) {
                endRun()
                quarters += 4
            }
        }
        endRun()
        return (quarters + 3) / 4
    }
}
