import Contracts
import LanguageModels

/// A turn, or a part of a very long one, as a model is shown it.
struct TranscriptLine: Sendable, Hashable {
    /// The turn's number, from 1.
    let number: Int
    let text: String
    let tokens: Int

    /// The turns as lines of at most `tokensMax` tokens each, without empty ones.
    ///
    /// - Parameter mark: cannot stand in a line, so that no turn forges the end of the transcript.
    static func all(of turns: [ConversationTurn], mark: String, tokensMax: Int) -> [TranscriptLine] {
        turns.enumerated().flatMap { index, turn in
            let words = turn.text.split(separator: mark).joined()
                .split(whereSeparator: \.isWhitespace)
            let speaker = turn.speaker == .agent ? "AGENT" : "USER"
            let head = "[\(index + 1)] \(time(turn.atSeconds)) \(speaker):"
            return parts(of: words, tokensMax: tokensMax - ContextBudget.tokens(of: head)).map { part in
                let text = "\(head) \(part)"
                return TranscriptLine(number: index + 1, text: text, tokens: ContextBudget.tokens(of: text))
            }
        }
    }

    /// The lines in runs that fit into `tokensMax` tokens each.
    static func chunks(of lines: [TranscriptLine], tokensMax: Int) -> [[TranscriptLine]] {
        var chunks: [[TranscriptLine]] = []
        var left = 0
        for line in lines {
            if chunks.isEmpty || line.tokens > left {
                chunks.append([])
                left = tokensMax
            }
            chunks[chunks.count - 1].append(line)
            left -= line.tokens
        }
        return chunks
    }

    private static func parts(of words: [Substring], tokensMax: Int) -> [String] {
        var parts: [String] = []
        var rest = words[...]
        while !rest.isEmpty {
            var count = rest.count
            var part = rest.joined(separator: " ")
            // Halving is enough: turns that do not fit at once are rare.
            while count > 1, ContextBudget.tokens(of: part) > tokensMax {
                count = (count + 1) / 2
                part = rest.prefix(count).joined(separator: " ")
            }
            // One word without blanks longer than everything is cut by characters.
            parts.append(count == 1 ? String(part.prefix(max(tokensMax, 8))) : part)
            rest = rest.dropFirst(count)
        }
        return parts
    }

    /// Minutes and seconds, or hours as well.
    static func time(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e7))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (whole / 3_600, whole / 60 % 60)
        return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":" + two(whole % 60)
    }
}
