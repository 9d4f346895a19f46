import Classification
import Platform

/// Prints what came out.
enum Report {
    static func show(_ quality: GuessQuality, _ labels: [String], title: String) {
        print("\n\(title)")
        let width = (labels.map(\.count).max() ?? 0) + 2
        print(padded("right \\ guessed", width) + labels.map { padded(String($0.prefix(9)), 11) }.joined() + "recall")
        for (index, row) in quality.confusion.enumerated() {
            let counts = row.map { padded(String($0), 11) }.joined()
            print(padded(labels[index], width) + counts + rounded(quality.recalls[index]))
        }
        print("macro-recall \(rounded(quality.macroRecall))")
        print("expected calibration error (ten steps) \(rounded(quality.calibrationError))")
    }

    static func rounded(_ number: Double) -> String { "\((number * 1_000).rounded() / 1_000)" }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

extension Duration {
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1_000 + Double(attoseconds) / 1e15
    }
}
