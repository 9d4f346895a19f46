extension SentenceSplitter {
    /// Decides whether a sentence that began at `start` ends at a place of a text.
    struct Boundary {
        let bytes: [UInt8]
        let part: Range<Int>
        let start: Int

        /// The end of the sentence if the byte at `index` closes it, with the marks that belong to it.
        func end(at index: Int) -> Int? {
            let byte = bytes[index]
            switch byte {
            case .lineFeed: return lineEnd(at: index)
            case .fullStop, .questionMark, .exclamationMark: return punctuationEnd(at: index, length: 1)
            case 0..<0x80: return nil
            default:
                guard let mark = Self.mark(in: bytes, at: index, before: part.upperBound) else { return nil }
                if mark.standsAlone { return closers(from: index + mark.length) }
                return punctuationEnd(at: index, length: mark.length)
            }
        }

        // MARK: Lines

        /// A line break ends a sentence before an empty line, a list item or a heading, and after a line much shorter
        /// than those around it that nothing closes (a heading or an item without a mark).
        private func lineEnd(at index: Int) -> Int? {
            var next = index + 1
            while next < part.upperBound, UTF8Text.isSpace(bytes[next]) {
                if bytes[next] == .lineFeed { return index }
                next += 1
            }
            guard next < part.upperBound else { return index }
            if ListMark.begins(at: next, in: bytes, before: part.upperBound) { return index }
            let line = lineRange(around: index)
            if bytes[line.lowerBound] == .numberSign { return index }
            guard let last = bytes[line].last(where: { !UTF8Text.isSpace($0) }) else { return nil }
            let goesOn: Set<UInt8> = [.comma, .hyphen, UInt8(ascii: ";"), UInt8(ascii: "("), UInt8(ascii: "/")]
            guard !goesOn.contains(last) else { return nil }
            let first = UTF8Text.scalar(in: bytes, at: next).scalar
            guard first.properties.isUppercase || first.properties.numericType != nil else { return nil }
            let following = lineRange(around: next)
            let wrapped = line.count * 5 >= following.count * 3 && line.count >= 40
            return wrapped ? nil : index
        }

        private func lineRange(around index: Int) -> Range<Int> {
            // Looking further than this in a text without line breaks would make the whole search quadratic.
            let reach = SentenceSplitter.lookBehind
            var low = index
            while low > max(part.lowerBound, index - reach), bytes[low - 1] != .lineFeed { low -= 1 }
            var high = index
            while high < min(part.upperBound, index + reach), bytes[high] != .lineFeed { high += 1 }
            return low..<high
        }

        // MARK: Punctuation

        private func punctuationEnd(at index: Int, length: Int) -> Int? {
            var end = index + length
            var isSingleStop = bytes[index] == .fullStop
            // A longer run is looked at again from its next mark; to read all of it each time would be quadratic.
            let limit = min(part.upperBound, index + SentenceSplitter.lookBehind)
            while end < limit {
                let byte = bytes[end]
                if byte == .fullStop || byte == .questionMark || byte == .exclamationMark {
                    end += 1
                } else if let mark = Self.mark(in: bytes, at: end, before: part.upperBound) {
                    end += mark.length
                } else {
                    break
                }
                isSingleStop = false
            }
            end = references(from: closers(from: end))
            guard end < part.upperBound else { return end }
            guard UTF8Text.isSpace(bytes[end]) else { return nil }
            guard let next = firstOfNext(from: end) else { return end }
            if UTF8Text.scalar(in: bytes, at: next).scalar.properties.isLowercase { return nil }
            if isSingleStop, isAbbreviation(before: index, next: next) { return nil }
            return end
        }

        /// Skips closing quotes and brackets.
        private func closers(from offset: Int) -> Int {
            var index = offset
            while index < part.upperBound {
                switch bytes[index] {
                case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                    index += 1
                case 0xC2, 0xE2, 0xE3:
                    let (scalar, length) = UTF8Text.scalar(in: bytes, at: index)
                    guard "”’»›」』）".unicodeScalars.contains(scalar), index + length <= part.upperBound else {
                        return index
                    }
                    index += length
                default: return index
                }
            }
            return index
        }

        /// Skips reference marks such as ` [3, 4] [7]`, which belong to the sentence before them.
        private func references(from offset: Int) -> Int {
            var end = offset
            while true {
                var index = end
                while index < part.upperBound, bytes[index] == .space { index += 1 }
                guard index < part.upperBound, bytes[index] == UInt8(ascii: "[") else { return end }
                index += 1
                let limit = min(part.upperBound, index + 40)
                var hasDigit = false
                while index < limit, bytes[index] != UInt8(ascii: "]") {
                    guard !UTF8Text.isLetter(bytes[index]) else { return end }
                    hasDigit = hasDigit || UTF8Text.isDigit(bytes[index])
                    index += 1
                }
                guard index < limit, hasDigit else { return end }
                end = index + 1
                if end < part.upperBound, bytes[end] == .fullStop { end += 1 }
            }
        }

        private func firstOfNext(from offset: Int) -> Int? {
            var index = offset
            while index < part.upperBound {
                let byte = bytes[index]
                let opens = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "(") || byte == UInt8(ascii: "'")
                if !UTF8Text.isSpace(byte), !opens { return index }
                index += 1
            }
            return nil
        }

        /// Whether the full stop at `index` belongs to the word before it.
        private func isAbbreviation(before index: Int, next: Int) -> Bool {
            var low = index
            while low > start, index - low <= 12 {
                let byte = bytes[low - 1]
                if UTF8Text.isSpace(byte) || byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") { break }
                low -= 1
            }
            guard low < index, index - low <= 12 else { return false }
            let word = bytes[low..<index]
            if word.allSatisfy(UTF8Text.isDigit) {
                // `1. Introduction`: a list number, where a line begins.
                return word.count <= 3 && UTF8Text.trimmed(start..<low, in: bytes).isEmpty
            }
            let lowered = String(decoding: word, as: UTF8.self).lowercased()
            if Abbreviations.alwaysGoOn.contains(lowered) { return true }
            let isInitial = word.count == 1 && UTF8Text.isUpper(bytes[low])
            let isDotted = word.contains(.fullStop) && lowered.split(separator: ".").allSatisfy { $0.count == 1 }
            guard isInitial || isDotted || Abbreviations.mayEnd.contains(lowered) else { return false }
            return !Abbreviations.openers.contains(nextWord(from: next))
        }

        private func nextWord(from offset: Int) -> String {
            var end = offset
            while end < min(part.upperBound, offset + 12), UTF8Text.isLetter(bytes[end]) { end += 1 }
            return String(decoding: bytes[offset..<end], as: UTF8.self)
        }

        /// The closing marks beyond ASCII; those of scripts without spaces need none behind them.
        private static func mark(in bytes: [UInt8], at index: Int, before limit: Int) -> (
            length: Int, standsAlone: Bool
        )? {
            guard bytes[index] >= 0xD8 else { return nil }
            let (scalar, length) = UTF8Text.scalar(in: bytes, at: index)
            guard index + length <= limit else { return nil }
            switch scalar {
            case "。", "！", "？", "｡": return (length, true)
            case "…", "؟", "۔", "।", "॥", "።", "։": return (length, false)
            default: return nil
            }
        }
    }
}

/// The mark at the beginning of a list item or heading line.
enum ListMark {
    /// Whether a line that begins at `index` is a list item or a heading: a bullet, `#`, or a number with `.` or `)`.
    static func begins(at index: Int, in bytes: [UInt8], before limit: Int) -> Bool {
        guard index < limit else { return false }
        switch bytes[index] {
        case .numberSign: return true
        case .hyphen, UInt8(ascii: "*"), UInt8(ascii: "+"):
            return index + 1 < limit && bytes[index + 1] == .space
        case let byte where UTF8Text.isDigit(byte):
            var end = index
            while end < min(limit, index + 4), UTF8Text.isDigit(bytes[end]) { end += 1 }
            guard end + 1 < limit, bytes[end] == .fullStop || bytes[end] == UInt8(ascii: ")") else { return false }
            return bytes[end + 1] == .space
        case 0xC2, 0xE2:
            let (scalar, _) = UTF8Text.scalar(in: bytes, at: index)
            return "•·‣▪◦●○■□–—➢➤✓".unicodeScalars.contains(scalar)
        default: return false
        }
    }
}
