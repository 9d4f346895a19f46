/// Cleans the pages of a document: takes out what only recurs, mends words that were cut at line ends, puts ligatures and
/// bullets right.
///
/// Used in two passes, so that no more than one page is held at a time: first every page goes through ``learn(_:)``, then
/// every page through ``cleaned(_:)`` of what ``finish()`` gives.
struct PageCleaner: Sendable {
    private var finder = FurnitureFinder()
    private var words = WordList()
    private var sizes = LetterSizes()
    private var bullets = BulletLetters()

    init() {}

    /// Takes a page into account.
    mutating func learn(_ page: CleaningPage) {
        finder.add(page)
        bullets.add(page)
        for line in page.lines {
            words.add(line.text)
            sizes.add(line)
        }
    }

    /// What was learnt, ready to clean with.
    consuming func finish() -> Pass {
        let furniture = finder.furniture()
        return Pass(
            furniture: furniture, mender: HyphenMender(words: words), sizes: sizes.subtracting(furniture.sizes),
            bulletLetters: bullets.found())
    }

    /// The second pass.
    struct Pass: Sendable {
        let furniture: Furniture
        let mender: HyphenMender
        /// Those of the text that stays.
        let sizes: LetterSizes
        /// The letters that stand for bullets.
        let bulletLetters: Set<Character>

        /// The lines of the page that are no furniture, with bullets for the letters that stand for them.
        func content(of page: CleaningPage) -> [CleaningPage.Line] {
            var lines: [CleaningPage.Line] = []
            lines.reserveCapacity(page.lines.count)
            // Furniture that opens a block leaves the mark of the block to the line after it.
            var startsBlock = false
            for line in page.lines {
                startsBlock = startsBlock || line.startsBlock
                if furniture.contains(line, on: page.number) { continue }
                var line = line
                line.startsBlock = startsBlock
                startsBlock = false
                if !bulletLetters.isEmpty { line.text = GlyphRepair.withBullet(line.text, for: bulletLetters) }
                lines.append(line)
            }
            return lines
        }

        /// The page's text, blocks parted by an empty line; empty when there was nothing but furniture.
        func cleaned(_ page: CleaningPage) -> String {
            text(of: content(of: page))
        }

        /// The text of what ``content(of:)`` gave, with cut words mended.
        func text(of content: [CleaningPage.Line]) -> String {
            var lines: [CleaningPage.Line] = []
            for line in content { append(line, to: &lines) }
            var text = ""
            for line in lines {
                if !text.isEmpty { text += line.startsBlock ? "\n\n" : "\n" }
                text += line.text
            }
            return text
        }

        private func append(_ line: CleaningPage.Line, to lines: inout [CleaningPage.Line]) {
            guard let last = lines.indices.last else {
                lines.append(line)
                return
            }
            if lines[last].text.unicodeScalars.elementsEqual([GlyphRepair.bullet]) {
                // The bullet came as a line of its own.
                lines[last].text += " " + line.text
            } else if !line.startsBlock, let mended = mender.mended(lines[last].text, with: line.text) {
                lines[last].text = mended.first
                if !mended.rest.isEmpty {
                    var rest = line
                    rest.text = mended.rest
                    lines.append(rest)
                }
            } else {
                lines.append(line)
            }
        }
    }
}
