/// Makes a model's words harmless as they stream by, and notes which passages they cite. A value without I/O; the result
/// does not depend on where the pieces were cut.
///
/// - `[n]` stays when passage n exists and is dropped otherwise.
/// - Pictures, links and reference definitions of Markdown lose the character that makes them one, so that reading an
///   answer loads nothing from anywhere (a picture's address could carry the lecture to a stranger).
/// - Addresses are broken after `://` and `www.`, so that nothing turns them into links.
/// - HTML tags and `<scheme:…>` links become visible text.
package struct AnswerFilter: Sendable {
    /// Passages cited so far, in the order of their first mention.
    package private(set) var citedNumbers: [Int] = []

    private let passageCount: Int
    /// What cannot be judged before more arrives; never longer than a marker or the beginning of a tag.
    private var held: [Unicode.Scalar] = []
    private var last: Unicode.Scalar = " "

    package init(passageCount: Int) { self.passageCount = passageCount }

    /// Takes the next piece and gives back what can be shown of it now.
    package mutating func consume(_ piece: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in piece.unicodeScalars {
            held.append(scalar)
            settle(into: &output, isEnd: false)
        }
        return String(output)
    }

    /// Gives back what was held when the answer ends.
    package mutating func finish() -> String {
        var output = String.UnicodeScalarView()
        settle(into: &output, isEnd: true)
        return String(output)
    }

    /// Moves as much as can be judged from `held` to the output.
    private mutating func settle(into output: inout String.UnicodeScalarView, isEnd: Bool) {
        while !held.isEmpty {
            switch judge(isEnd: isEnd) {
            case .wait: return
            case .take(let count, let replacement):
                held.removeFirst(count)
                for scalar in replacement.unicodeScalars {
                    output.append(scalar)
                    last = scalar
                }
            }
        }
    }

    private enum Verdict {
        case wait
        case take(Int, String)
    }

    /// What becomes of the beginning of `held`.
    private mutating func judge(isEnd: Bool) -> Verdict {
        let first = held[0]
        switch first {
        case "!":
            guard held.count > 1 else { return isEnd ? .take(1, "!") : .wait }
            return held[1] == "[" ? .take(1, "") : .take(1, "!")
        case "[": return judgeMarker(isEnd: isEnd)
        case "]":
            guard held.count > 1 else { return isEnd ? .take(1, "]") : .wait }
            return held[1] == "(" || held[1] == ":" || held[1] == "[" ? .take(1, "] ") : .take(1, "]")
        case "<": return judgeTag(isEnd: isEnd)
        case ":": return judgePhrase("://", "://", isEnd: isEnd)
        case "w", "W": return judgePhrase("www.", "www.", isEnd: isEnd)
        default: return .take(1, String(Character(first)))
        }
    }

    /// `://` and `www.` get a blank behind them.
    private func judgePhrase(_ phrase: String, _ shown: String, isEnd: Bool) -> Verdict {
        let wanted = Array(phrase.unicodeScalars)
        for (index, scalar) in wanted.enumerated() {
            guard index < held.count else { return isEnd ? .take(1, String(Character(held[0]))) : .wait }
            guard Self.lowercased(held[index]) == scalar else { return .take(1, String(Character(held[0]))) }
        }
        return .take(wanted.count, shown + " ")
    }

    /// `[3]` or `[1, 2]`.
    private mutating func judgeMarker(isEnd: Bool) -> Verdict {
        var numbers: [Int] = []
        var digits = ""
        for (index, scalar) in held.enumerated().dropFirst() {
            guard index <= Self.markerScalarsMax else { return .take(1, "[") }
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            case ",", " ":
                if !digits.isEmpty { numbers.append(Int(digits) ?? .max) }
                digits = ""
            case "]":
                if !digits.isEmpty { numbers.append(Int(digits) ?? .max) }
                // Passages count from 1: a zero is an interval or an index.
                guard !numbers.isEmpty, !numbers.contains(0) else { return .take(1, "[") }
                return .take(index + 1, cite(numbers))
            default: return .take(1, "[")
            }
        }
        return isEnd ? .take(1, "[") : .wait
    }

    private static let markerScalarsMax = 24

    private mutating func cite(_ numbers: [Int]) -> String {
        let valid = numbers.filter { (1...max(1, passageCount)).contains($0) && passageCount > 0 }
        for number in valid where !citedNumbers.contains(number) { citedNumbers.append(number) }
        return valid.map { "[\($0)]" }.joined()
    }

    /// `<img …`, `</a>`, `<!--`, `<javascript:…`: the bracket becomes `&lt;`. Comparisons such as `a <b` in formulas and
    /// types such as `Array<Int>` stay.
    private func judgeTag(isEnd: Bool) -> Verdict {
        var name = ""
        for (index, scalar) in held.enumerated().dropFirst() {
            if index == 1, scalar == "/" { continue }
            if index == 1, scalar == "!" || scalar == "?" { return .take(1, "&lt;") }
            if scalar == ":" { return .take(1, name.isEmpty ? "<" : "&lt;") }
            guard scalar.isASCII,
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "+-.".unicodeScalars.contains(scalar),
                name.count < 32
            else { return .take(1, Self.activeTags.contains(name) ? "&lt;" : "<") }
            name.unicodeScalars.append(Self.lowercased(scalar))
        }
        guard isEnd else { return .wait }
        return .take(1, Self.activeTags.contains(name) ? "&lt;" : "<")
    }

    private static func lowercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard ("A"..."Z").contains(scalar) else { return scalar }
        return Unicode.Scalar(UInt8(scalar.value) + 32)
    }

    private static let activeTags: Set<String> = [
        "a", "abbr", "applet", "area", "audio", "base", "body", "button", "canvas", "details", "dialog", "div", "embed",
        "form", "frame", "frameset", "head", "html", "iframe", "image", "img", "input", "isindex", "link", "map",
        "marquee",
        "math", "meta", "noscript", "object", "option", "p", "picture", "plaintext", "script", "select", "source",
        "span",
        "style", "svg", "table", "td", "template", "textarea", "title", "track", "video", "xmp", "xss",
    ]
}
