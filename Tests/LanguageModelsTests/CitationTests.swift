import JSONCoding
import LanguageModels
import Testing

private func filtered(_ text: String, passages: Int = 3, cutAt cut: Int? = nil) -> (String, [Int]) {
    var filter = AnswerFilter(passageCount: passages)
    var output = ""
    let scalars = Array(text.unicodeScalars)
    func piece(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }
    if let cut {
        output += filter.consume(piece(0..<cut))
        output += filter.consume(piece(cut..<scalars.count))
    } else {
        output += filter.consume(text)
    }
    output += filter.finish()
    return (output, filter.citedNumbers)
}

@Suite struct `The filter over a model's words` {
    @Test func `keeps markers of passages that exist and drops the others`() {
        let (text, cited) = filtered("One [1], three [3][1], none [4] [99999999999999999999], both [1, 2].")
        #expect(text == "One [1], three [3][1], none  , both [1][2].")
        #expect(cited == [1, 3, 2])
    }

    @Test(arguments: [
        ("![a](https://evil.example/x)", "!["), ("[a](https://evil.example/x)", "]("), ("[a](//evil.example)", "]("),
        ("![a][r]\n\n[r]: https://evil.example", "]:"), ("[a][r]", "]["), ("see https://evil.example/x", "://e"),
        ("see HTTPS://evil.example", "://e"), ("see www.evil.example", "www.e"), ("see WWW.evil.example", "WWW.e"),
        ("<img src=x>", "<img"), ("<IMG SRC=x>", "<IMG"), ("</a>", "</a"), ("<a href=x>", "<a "), ("<!-- x", "<!"),
        ("<script>", "<script"), ("<javascript:alert(1)>", "<javascript"), ("<svg/onload=x>", "<svg"),
        ("<iframe", "<iframe"),
    ])
    func `takes away what could load or link`(text: String, forbidden: String) {
        #expect(!filtered(text).0.contains(forbidden), "\(filtered(text).0)")
    }

    @Test(arguments: [
        "a < b and b > c", "if x<y then", "Array<Int> and vector<double>", "arr[i] = arr[j]!", "f(x) in [0, 1]",
        "arr[0]", "[;1]", "5 > 3!",
        "wow, what? [a] (b)", "ratio 1:2, time 10:30", "#include <stdio.h>", "end with [", "end with !", "end with <",
        "w",
    ])
    func `leaves ordinary text as it is`(text: String) {
        #expect(filtered(text).0 == text)
    }

    @Test func `does the same wherever the text is cut`() {
        let text = "A [1], ![p](https://e.example/?q) <img src=//x> www.x.org [2, 9] [a](b) w<b!["
        let whole = filtered(text)
        for cut in 0...text.unicodeScalars.count {
            let (output, cited) = filtered(text, cutAt: cut)
            #expect(output == whole.0)
            #expect(cited == whole.1)
        }
    }
}

@Suite struct `Citations of a model's answer` {
    private let passages = [
        SourcePassage(
            id: "a", lectureID: "l", lectureName: "L",
            text: "Plants  use\nlight. Chlorophyll absorbs red light. Roots take water.",
            pageStarts: [.init(page: 4, offset: 0), .init(page: 5, offset: 19)]),
        SourcePassage(
            id: "b", lectureID: "l", lectureName: "L", text: "The Calvin cycle fixes carbon. It was found in 1950.",
            pageStarts: [.init(page: 6, offset: 0)]),
    ]

    @Test func `quote the sentence that the statement rests on`() {
        let answer = "Red light is absorbed by chlorophyll [1]. Carbon is fixed by the Calvin cycle [2]."
        let found = CitationFinder.citations(numbers: [1, 2], in: answer, passages: passages)
        #expect(found.map(\.quote) == ["Chlorophyll absorbs red light.", "The Calvin cycle fixes carbon."])
        #expect(found.map(\.page) == [5, 6])
        #expect(found.map(\.number) == [1, 2])
        for citation in found { #expect(passages.contains(where: citation.isContained)) }
    }

    @Test func `are none for passages that do not exist`() {
        #expect(CitationFinder.citations(numbers: [0, 3, -1], in: "x [3]", passages: passages).isEmpty)
    }

    @Test func `compare without regard to white space`() {
        let sentence = PassageSentence.all(in: passages[0])[0]
        #expect(sentence.text == "Plants use light.")
        #expect(Citation(number: 1, passage: passages[0], sentence: sentence).isContained(in: passages[0]))
        var invented = Citation(number: 1, passage: passages[0], sentence: sentence)
        invented.quote = "Plants use gas."
        #expect(!invented.isContained(in: passages[0]))
    }

    @Test func `survive being stored`() {
        let sentence = PassageSentence.all(in: passages[0])[1]
        let citation = Citation(number: 2, passage: passages[0], sentence: sentence)
        #expect(Citation(json: citation.json) == citation)
        #expect(Citation(json: ["number": 1]) == nil)
    }
}
