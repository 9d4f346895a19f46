import ReaderProtocol
import Testing

@testable import IngestService

/// Builds pages whose lines stand at given heights (thousandths of the page) and cleans them as one document.
private struct Draft {
    var pages: [[(middle: Int, text: String)]] = []

    func cleaned() -> [String] {
        let pages = self.pages.enumerated().map { index, lines in
            CleaningPage(
                number: index + 1,
                lines: lines.enumerated().map { index, line in
                    CleaningPage.Line(
                        text: GlyphRepair.repaired(line.text), index: index, middle: line.middle,
                        startsBlock: index == 0)
                })
        }
        var cleaner = PageCleaner()
        for page in pages { cleaner.learn(page) }
        let pass = cleaner.finish()
        return pages.map { pass.cleaned($0) }
    }

    static func body(_ page: Int) -> [(middle: Int, text: String)] {
        let subjects = [
            "Kernels", "Boosting", "Bagging", "Priors", "Gradients", "Trees", "Lattices", "Rings", "Fields",
        ]
        let subject = subjects[page % subjects.count] + String(repeating: "'", count: page / subjects.count)
        return [
            (200, "\(subject) are the subject of this part."), (400, "A second remark about \(subject)."),
            (600, "Here the proof of \(subject) ends."),
        ]
    }
}

private func cleanedText(_ text: String) -> String {
    let page = CleaningPage(number: 1, height: 792, text: text, layout: PageLayout())
    var cleaner = PageCleaner()
    cleaner.learn(page)
    return cleaner.finish().cleaned(page)
}

@Suite struct FurnitureTests {
    @Test func `running heads, footers and slide numbers go, everything else stays`() {
        let draft = Draft(
            pages: (1...12).map { page in
                [(30, "CS 229 - Machine Learning")] + Draft.body(page) + [(950, "Stanford"), (960, "\(page) / 12")]
            })
        for (index, text) in draft.cleaned().enumerated() {
            #expect(text == Draft.body(index + 1).map(\.text).joined(separator: "\n"))
        }
    }

    @Test func `left and right pages may have different heads`() {
        let draft = Draft(
            pages: (1...20).map { page in
                [(40, page.isMultiple(of: 2) ? "\(page) A book about rings" : "Emmy Noether \(page)")]
                    + Draft.body(page)
            })
        #expect(draft.cleaned().allSatisfy { !$0.contains("Noether") && !$0.contains("A book") })
    }

    @Test func `a page number that counts from another number is one still`() {
        let draft = Draft(pages: (1...8).map { page in Draft.body(page) + [(955, "\(page + 212)")] })
        #expect(draft.cleaned().allSatisfy { !$0.contains("21") && !$0.contains("22") })
    }

    @Test func `roman page numbers go`() {
        let numbers = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii"]
        let draft = Draft(pages: (1...8).map { page in Draft.body(page) + [(955, numbers[page - 1])] })
        for (index, text) in draft.cleaned().enumerated() {
            #expect(text == Draft.body(index + 1).map(\.text).joined(separator: "\n"))
        }
    }

    @Test func `the title of a chapter stays where it is said first`() {
        let draft = Draft(
            pages: (1...60).map { page in
                [(45, "Chapter \((page - 1) / 20 + 1): \(["Rings", "Fields", "Groups"][(page - 1) / 20]) and more")]
                    + Draft.body(page)
            })
        let kept = draft.cleaned().enumerated().filter { $0.element.contains("Chapter") }.map { $0.offset + 1 }
        #expect(kept == [1, 21, 41])
    }

    @Test func `numbered exercises at the top of each page stay`() {
        for count in [3, 4, 8, 15] {
            let draft = Draft(pages: (1...count).map { page in [(35, "Exercise \(page)")] + Draft.body(page) })
            #expect(draft.cleaned().allSatisfy { $0.hasPrefix("Exercise") }, "\(count) pages")
        }
    }

    @Test func `a short document keeps titles that recur`() {
        for count in 1...5 {
            let draft = Draft(pages: (1...count).map { page in [(100, "Gradient descent")] + Draft.body(page) })
            #expect(draft.cleaned().allSatisfy { $0.hasPrefix("Gradient descent") }, "\(count) pages")
        }
    }

    @Test func `two pages lose nothing but a mark that names the page`() {
        let draft = Draft(
            pages: (1...2).map { page in [(30, "Faculty of Arts")] + Draft.body(page) + [(960, "Page \(page) of 2")] })
        for text in draft.cleaned() {
            #expect(text.hasPrefix("Faculty of Arts"))
            #expect(!text.contains("Page"))
        }
    }

    @Test func `a line in the middle of the page is never furniture`() {
        let draft = Draft(pages: (1...10).map { page in Draft.body(page) + [(500, "Note: see the appendix")] })
        #expect(draft.cleaned().allSatisfy { $0.contains("see the appendix") })
    }

    @Test func `the same words at different heights are no furniture`() {
        let draft = Draft(pages: (1...10).map { page in [(20 + 11 * page, "Definition")] + Draft.body(page) })
        #expect(draft.cleaned().count { $0.contains("Definition") } >= 7)
    }

    @Test func `a year in the text near the edge stays`() {
        var pages = (1...8).map { Draft.body($0) }
        pages[2].append((940, "1984"))
        pages[5].append((940, "1992"))
        let cleaned = Draft(pages: pages).cleaned()
        #expect(cleaned[2].hasSuffix("1984"))
        #expect(cleaned[5].hasSuffix("1992"))
    }

    @Test func `a document that is nothing but one recurring line keeps it`() {
        let draft = Draft(pages: (1...9).map { _ in [(50, "The answer is in the appendix")] })
        #expect(draft.cleaned().allSatisfy { !$0.isEmpty })
    }

    @Test func `lines whose place is not known count as spread over the page`() {
        let page = CleaningPage(number: 1, height: 792, text: "one\n\ntwo", layout: PageLayout())
        #expect(page.lines.map(\.middle) == [250, 750])
        #expect(page.lines.map(\.startsBlock) == [true, true])
    }

    @Test func `lines are taken where the reader found them`() {
        let box = { (top: Double) in PageBox(left: 10, top: top, right: 90, bottom: top + 10) }
        let layout = PageLayout(
            blocks: [0..<1, 1..<2],
            lines: [
                PageLayout.Line(words: 0..<2, fontSize: 10, isBold: false),
                PageLayout.Line(words: 2..<3, fontSize: 10, isBold: false),
            ],
            words: [
                PageLayout.Word(textRange: 0..<2, box: box(15)), PageLayout.Word(textRange: 3..<5, box: box(15)),
                PageLayout.Word(textRange: 7..<10, box: box(175)),
            ])
        let page = CleaningPage(number: 1, height: 200, text: "ab cd\n\nend", layout: layout)
        #expect(page.lines.map(\.text) == ["ab cd", "end"])
        #expect(page.lines.map(\.middle) == [100, 900])
        #expect(page.lines.map(\.startsBlock) == [true, true])
    }
}

@Suite struct MendingTests {
    @Test func `a word cut at the end of a line is mended there`() {
        #expect(cleanedText("a matter of infor-\nmation theory, mostly") == "a matter of information\ntheory, mostly")
        #expect(cleanedText("and pro-\nbability.\nNext") == "and probability.\nNext")
    }

    @Test func `compounds keep their hyphen`() {
        #expect(cleanedText("a well-\nknown result") == "a well-known\nresult")
        #expect(cleanedText("a state-of-\nthe-art method") == "a state-of-the-art\nmethod")
        #expect(cleanedText("a mean-field theory and the mean-\nfield limit").contains("mean-field\nlimit"))
    }

    @Test func `the document's own spelling decides`() {
        #expect(cleanedText("Cooperation is good.\nco-\noperation").hasSuffix("cooperation"))
    }

    @Test func `a dash before a capital or a number is no cut word`() {
        for text in ["from Paris-\nMadrid", "the years 1990-\n1995", "and so -\nit ends"] {
            #expect(cleanedText(text) == text)
        }
    }

    @Test func `soft hyphens go, inside a line and at its end`() {
        #expect(cleanedText("exam\u{AD}ple and sam\u{AD}\nple") == "example and sample")
    }

    @Test func `a cut word is not mended over an empty line`() {
        #expect(cleanedText("infor-\n\nmation") == "infor-\n\nmation")
    }

    @Test func `ligatures, spaces and bullets become plain`() {
        #expect(cleanedText("e\u{FB03}cient \u{FB01}elds\u{A0}and\u{2003}more") == "efficient fields and more")
        #expect(cleanedText("\u{F0B7} one\n\u{25AA}two\n* three\n*footnote") == "• one\n• two\n• three\n*footnote")
        #expect(cleanedText("•\nfirst point\n•\nsecond point") == "• first point\n• second point")
    }

    @Test func `joiners that make the word stay`() {
        #expect(cleanedText("می\u{200C}خواهم") == "می\u{200C}خواهم")
    }
}

@Suite struct BulletLetterTests {
    private func cleaned(_ texts: [String]) -> [String] {
        let pages = texts.enumerated().map {
            CleaningPage(number: $0.offset + 1, height: 792, text: $0.element, layout: PageLayout())
        }
        var cleaner = PageCleaner()
        for page in pages { cleaner.learn(page) }
        let pass = cleaner.finish()
        return pages.map { pass.cleaned($0) }
    }

    @Test func `a letter that begins items again and again is a bullet`() {
        let pages = (1...4).map {
            "r Gradient descent \($0) is a method\nthat goes downhill.\n\nr Its rate \($0) matters."
        }
        #expect(
            cleaned(pages)
                == (1...4).map {
                    "• Gradient descent \($0) is a method\nthat goes downhill.\n\n• Its rate \($0) matters."
                })
    }

    @Test func `items of one block are found by their capitals`() {
        #expect(
            cleaned(["What we need:\nn Time\nn Paper\nn Ink and a pen"])
                == ["What we need:\n• Time\n• Paper\n• Ink and a pen"])
    }

    @Test(arguments: [
        // Two items prove nothing.
        "r One\n\nr Two\n\nWords.",
        // Words of one letter.
        "a Markov chain\n\na Poisson law\n\na Gauss curve\n\na Cauchy law",
        "y Juan dijo algo y luego\n\ny Ana fue y vino\n\ny Luis y Eva lo vieron",
        "w Krakowie i w Warszawie\n\nw Polsce\n\nw Lublinie",
        // Numbering.
        "a Show it.\n\nb Prove it.\n\na Draw it.\n\nb Find it.\n\na Say it.\n\nb Write it.",
        "i First\n\nii Second\n\ni Third\n\nii Fourth\n\ni Fifth",
        // Variables.
        "x Axis\n\nx Value and x again\n\nx Range\n\nlet x be so",
        "f is continuous\n\nf is bounded\n\nf is smooth\n\nf has a limit",
    ])
    func `words, numbering and variables stay`(text: String) {
        #expect(cleaned([text]) == [text])
    }

    @Test func `a bullet in front of large letters makes no heading`() {
        let lines = ["Rings", "• Ideals of rings", "The body of the text goes on for a while and is longer."]
        let page = zip(lines, [20.0, 20, 11]).enumerated().map {
            CleaningPage.Line(
                text: $0.element.0, index: $0.offset, middle: 300, startsBlock: true, fontSize: $0.element.1)
        }
        var sizes = LetterSizes()
        for line in page { sizes.add(line) }
        var finder = HeadingFinder(sizes)
        finder.add(page, page: 1)
        #expect(finder.headings().map(\.title) == ["Rings"])
    }
}
