import JSONCoding
import ReaderProtocol

/// A page as its owner gets it.
struct StoredPage: Sendable, Hashable {
    var number: Int
    /// `text_layer`, `ocr` or `blank`.
    var source: String
    var confidence: Double
    /// In points, like the boxes of the words.
    var width: Double
    var height: Double
    var text: String
    /// Nil until all pages of the lecture have been read.
    var cleanedText: String?
    var layout: PageLayout

    var json: JSONValue {
        [
            "number": .integer(Int64(number)), "text": .string(text), "cleaned_text": .optional(cleanedText),
            "source": .string(source), "confidence": .number(Self.rounded(confidence, 3)),
            "width": .number(Self.rounded(width, 2)), "height": .number(Self.rounded(height, 2)),
            "words": .array(words),
        ]
    }

    /// Each word with its box from the top left corner of the page, and its place in `text` in Unicode scalars.
    private var words: [JSONValue] {
        let bytes = Array(text.utf8)
        var scalars = ScalarOffsets(bytes)
        return layout.words.map { word in
            [
                "text": .string(String(decoding: bytes[word.textRange], as: UTF8.self)),
                "offset": .integer(Int64(scalars.offset(ofByte: word.textRange.lowerBound))),
                "x": .number(Self.rounded(word.box.left, 2)), "y": .number(Self.rounded(word.box.top, 2)),
                "width": .number(Self.rounded(word.box.width, 2)),
                "height": .number(Self.rounded(word.box.height, 2)),
                "confidence": .optional(word.confidence.map { Self.rounded($0, 3) }),
            ]
        }
    }

    private static func rounded(_ number: Double, _ digits: Int) -> Double {
        let scale = digits == 2 ? 100.0 : 1_000.0
        return (number * scale).rounded() / scale
    }
}

/// Turns offsets in bytes, asked for in about ascending order, into offsets in Unicode scalars.
private struct ScalarOffsets {
    private let bytes: [UInt8]
    private var byte = 0
    private var scalars = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func offset(ofByte target: Int) -> Int {
        if target < byte { (byte, scalars) = (0, 0) }
        while byte < target, byte < bytes.count {
            if bytes[byte] & 0xC0 != 0x80 { scalars += 1 }
            byte += 1
        }
        return scalars
    }
}
