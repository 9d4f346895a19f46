import Contracts
import JSONCoding
import LanguageModels

/// What is known of a conversation so far.
struct SummaryNotes: Sendable {
    var text = ""
    /// With quotes that stand in the conversation, in order of time.
    var points: [ConversationSummary.KeyPoint] = []
    var actionItems: [String] = []

    static let textLengthMax = 8_000
    static let itemLengthMax = 400

    private static let item = JSONSchema.string(minLength: 1)
    private static let point = JSONSchema.object(
        [("text", item), ("quote", item), ("turn", .integer(min: 1))], required: ["text", "quote", "turn"])

    static let partSchema = JSONSchema.object(
        [("key_points", .array(of: point)), ("action_items", .array(of: item))],
        required: ["key_points", "action_items"])
    static let wholeSchema = JSONSchema.object(
        [("text", item), ("key_points", .array(of: point)), ("action_items", .array(of: item))],
        required: ["text", "key_points", "action_items"])
    static let reducedSchema = JSONSchema.object(
        [("text", item), ("keep", .array(of: .integer(min: 1))), ("action_items", .array(of: item))],
        required: ["text", "keep", "action_items"])

    init() {}

    /// What a model found in `lines`; points without a true quote are left out.
    init(_ answer: JSONValue, of lines: [TranscriptLine], turns: [ConversationTurn], finder: QuoteFinder) {
        text = Self.plain(answer["text"]?.string ?? "", lengthMax: Self.textLengthMax)
        actionItems = Self.items(answer)
        guard let first = lines.first?.number, let last = lines.last?.number else { return }
        var seen: Set<QuoteFinder.Found> = []
        points = (answer["key_points"]?.array ?? []).prefix(ModelSummary.pointsMax * 2).compactMap { point in
            guard let words = point["text"]?.string, let quote = point["quote"]?.string,
                let number = point["turn"]?.integer.flatMap({ Int(exactly: $0) }),
                let found = finder.find(quote, turn: number, within: first...last), seen.insert(found).inserted
            else { return nil }
            return ConversationSummary.KeyPoint(
                text: Self.plain(words, lengthMax: Self.itemLengthMax), quote: found.quote,
                atSeconds: turns[found.turn].atSeconds)
        }
        points.sort { $0.atSeconds < $1.atSeconds }
    }

    mutating func append(_ other: SummaryNotes) {
        points += other.points
        actionItems += other.actionItems.filter { !actionItems.contains($0) }
    }

    /// The notes as a model is shown them. Points are numbered from 1.
    var listing: String {
        let lines = points.enumerated().map {
            "\($0.offset + 1). \(TranscriptLine.time($0.element.atSeconds)) \($0.element.text)"
        }
        let items = actionItems.map { "- \(PassageSentence.normalised($0))" }
        return (lines + (items.isEmpty ? [] : ["", "Action items:"] + items)).joined(separator: "\n")
    }

    /// The notes in groups whose listings fit. Action items that do not fit beside the points of their group are left out.
    func groups(tokensMax: Int) -> [SummaryNotes] {
        var groups: [SummaryNotes] = []
        var left = 0
        for point in points {
            let tokens = ContextBudget.tokens(of: point.text) + 12
            if groups.isEmpty || tokens > left {
                groups.append(SummaryNotes())
                left = tokensMax - 16
            }
            groups[groups.count - 1].points.append(point)
            left -= tokens
        }
        for (index, item) in actionItems.enumerated() where !groups.isEmpty {
            let place = index * groups.count / actionItems.count
            var group = groups[place]
            group.actionItems.append(item)
            if ContextBudget.tokens(of: group.listing) <= tokensMax { groups[place] = group }
        }
        return groups
    }

    /// What a model made of these notes. It may only choose among the points, not write new ones.
    func reduced(by answer: JSONValue, pointsMax: Int) -> SummaryNotes {
        var result = SummaryNotes()
        result.text = Self.plain(answer["text"]?.string ?? "", lengthMax: Self.textLengthMax)
        result.actionItems = Self.items(answer)
        let numbers = (answer["keep"]?.array ?? []).compactMap { $0.integer.flatMap { Int(exactly: $0) } }
        let kept = Set(numbers.filter { points.indices.contains($0 - 1) }.prefix(pointsMax))
        result.points = kept.isEmpty ? spread(pointsMax) : kept.sorted().map { points[$0 - 1] }
        return result
    }

    /// Points from all over the conversation, when the model chose none.
    private func spread(_ count: Int) -> [ConversationSummary.KeyPoint] {
        guard points.count > count else { return points }
        return (0..<count).map { points[$0 * points.count / count] }
    }

    private static func items(_ answer: JSONValue) -> [String] {
        var items: [String] = []
        for item in (answer["action_items"]?.array ?? []).compactMap(\.string) {
            let plain = PassageSentence.normalised(Self.plain(item, lengthMax: itemLengthMax))
            if !plain.isEmpty, !items.contains(plain) { items.append(plain) }
        }
        return Array(items.prefix(ModelSummary.actionItemsMax))
    }

    /// The text without control characters, except line ends, and not too long.
    private static func plain(_ text: String, lengthMax: Int) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar == "\n" || scalar.properties.generalCategory != .control {
            scalars.append(scalar)
        }
        let plain = String(scalars)
        guard plain.count > lengthMax else { return plain }
        return plain.prefix(lengthMax - 1) + "…"
    }
}
