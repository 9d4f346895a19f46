package import Retrieval

/// One sentence of a passage, with white space made uniform so that it can be quoted.
package struct PassageSentence: Sendable, Hashable {
    package let text: String
    /// Where it begins in the passage, in Unicode scalars.
    package let offset: Int

    package init(text: String, offset: Int) {
        self.text = text
        self.offset = offset
    }

    /// The sentences of a passage, in order.
    package static func all(in passage: SourcePassage, splitter: SentenceSplitter = SentenceSplitter()) -> [Self] {
        let bytes = Array(passage.text.utf8)
        var offset = 0
        var scanned = 0
        return splitter.ranges(in: bytes).map { range in
            while scanned < range.lowerBound {
                if bytes[scanned] & 0xC0 != 0x80 { offset += 1 }
                scanned += 1
            }
            return Self(text: normalised(String(decoding: bytes[range], as: UTF8.self)), offset: offset)
        }
    }

    /// The text with every run of white space as one blank and none at the ends.
    package static func normalised(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
