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
            return withoutMark(normalised(String(decoding: bytes[range], as: UTF8.self)), offset: offset)
        }
    }

    /// The sentence of a list item, without the mark before it.
    private static func withoutMark(_ text: String, offset: Int) -> Self {
        guard let first = text.first, "•▪▸►◦‣⁃·–—*-".contains(first), text.dropFirst().first == " " else {
            return Self(text: text, offset: offset)
        }
        return Self(text: String(text.dropFirst(2)), offset: offset + 1)
    }

    /// The text with every run of white space as one blank and none at the ends.
    package static func normalised(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
