/// Writes small PDF files of text, so that tests need none in the repository.
struct TinyPDF {
    struct Line {
        var text: String
        var y: Double
        var x = 72.0
        var size = 11.0
    }

    /// Lines from the top of each page (792 points high) downwards.
    var pages: [[Line]] = []
    var bookmarks: [(title: String, page: Int)] = []

    /// Pages with a heading, a few sentences about the page's own topic, a running head and a slide number.
    static func lecture(pages count: Int) -> TinyPDF {
        let topics = [
            "Gradient descent", "Kernel methods", "Decision trees", "Random forests", "Boosting", "Bayesian inference",
            "Markov chains", "Neural networks", "Dimensionality reduction", "Clustering", "Regularisation",
            "Cross validation",
        ]
        var document = TinyPDF()
        for page in 1...count {
            let topic = topics[(page - 1) % topics.count]
            let word = "marker\(page)x"
            document.pages.append([
                Line(text: "CS 100 - Machine Learning", y: 30, size: 9),
                Line(text: topic, y: 110, size: 22),
                Line(text: "\(topic) is the subject of this page and is explained with the word \(word).", y: 200),
                Line(text: "The second sentence says that \(topic.lowercased()) needs care and prac-", y: 216),
                Line(text: "tice before an exam about \(topic.lowercased()) can be passed.", y: 232),
                Line(text: "\(page) / \(count)", y: 765, x: 500, size: 9),
            ])
        }
        return document
    }

    var bytes: [UInt8] {
        var objects: [String] = []
        let pageCount = pages.count
        // 1 catalog, 2 pages, 3 font, 4 outlines, then two for each page, then one for each bookmark.
        let firstBookmark = 5 + 2 * pageCount
        objects.append("<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>")
        let kids = (0..<pageCount).map { "\(5 + 2 * $0) 0 R" }.joined(separator: " ")
        objects.append("<< /Type /Pages /Kids [\(kids)] /Count \(pageCount) >>")
        objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
        objects.append(
            bookmarks.isEmpty
                ? "<< /Type /Outlines /Count 0 >>"
                : "<< /Type /Outlines /First \(firstBookmark) 0 R /Last \(firstBookmark + bookmarks.count - 1) 0 R "
                    + "/Count \(bookmarks.count) >>")
        for (index, lines) in pages.enumerated() {
            objects.append(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents \(6 + 2 * index) 0 R "
                    + "/Resources << /Font << /F1 3 0 R >> >> >>")
            let content = lines.map { line in
                "BT /F1 \(line.size) Tf \(line.x) \(792 - line.y) Td (\(Self.escaped(line.text))) Tj ET"
            }.joined(separator: "\n")
            objects.append("<< /Length \(content.utf8.count) >>\nstream\n\(content)\nendstream")
        }
        for (index, bookmark) in bookmarks.enumerated() {
            var links = ""
            if index > 0 { links += " /Prev \(firstBookmark + index - 1) 0 R" }
            if index + 1 < bookmarks.count { links += " /Next \(firstBookmark + index + 1) 0 R" }
            objects.append(
                "<< /Title (\(Self.escaped(bookmark.title))) /Parent 4 0 R"
                    + " /Dest [\(5 + 2 * (bookmark.page - 1)) 0 R /Fit]\(links) >>")
        }
        return Self.file(objects)
    }

    private static func file(_ objects: [String]) -> [UInt8] {
        var bytes = Array("%PDF-1.4\n".utf8)
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(bytes.count)
            bytes += Array("\(index + 1) 0 obj\n\(object)\nendobj\n".utf8)
        }
        let start = bytes.count
        bytes += Array("xref\n0 \(objects.count + 1)\n0000000000 65535 f \n".utf8)
        for offset in offsets {
            let digits = String(offset)
            bytes += Array((String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n").utf8)
        }
        bytes += Array("trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n".utf8)
        return bytes
    }

    private static func escaped(_ text: String) -> String {
        text.map { "()\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
