package import Contracts
import Platform
package import Typesetting

/// The report of a recorded conversation: what it was about on the first page, every word of it after that.
package struct ConversationReport: Sendable {
    private let order: ConversationReportOrder

    package init(_ order: ConversationReportOrder) {
        self.order = order
    }

    /// The document, to be set by a ``Typesetter``.
    package var document: Document {
        var metadata = DocumentMetadata()
        metadata.title = order.title
        metadata.author = "Lectern"
        metadata.subject = "Conversation \(order.conversationID)"
        metadata.creator = "Lectern"
        metadata.language = "en"
        metadata.created = order.generatedAt.rfc3339
        let foot = "\(ReportTime.moment(order.generatedAt))  ·  Conversation \(order.conversationID)"
        return Document(
            metadata: metadata, runningHead: RunningHead(head: order.title, foot: foot),
            blocks: head + details + summary + keyPoints + actionItems + metadataTable + transcript)
    }

    // MARK: First page

    private var head: [Block] {
        // The usual title says it already.
        var words = order.title.lowercased() == "conversation report" ? [] : ["Conversation report"]
        if let agent = order.agentName, !agent.isEmpty { words.append(Self.isolated(Self.short(agent))) }
        if let start = order.startedAt { words.append(ReportTime.day(start)) }
        return [
            .paragraph(Paragraph(InlineText(order.title), role: .title, keepsWithNext: true)),
            .paragraph(
                Paragraph(InlineText(words.joined(separator: "  ·  ")), role: .lead, direction: .leftToRight)),
        ]
    }

    private var details: [Block] {
        var pairs: [KeyValue] = []
        func add(_ key: String, _ value: String?) {
            if let value, !value.isEmpty { pairs.append(KeyValue(key, InlineText(value))) }
        }
        add("Conversation", order.conversationID)
        add("Account", order.accountID)
        add("Agent", order.agentName)
        add("Started", order.startedAt.map(ReportTime.moment))
        add("Duration", order.durationSeconds.map(ReportTime.length))
        add("Status", order.status)
        add("Turns", turnCount)
        add("Report made", ReportTime.moment(order.generatedAt))
        return [.heading(Heading(1, "Details")), .keyValues(pairs)]
    }

    private var turnCount: String {
        let agents = order.turns.count { $0.speaker == .agent }
        return order.turns.isEmpty
            ? "none" : "\(order.turns.count) (\(agents) by the agent, \(order.turns.count - agents) by the user)"
    }

    private var summary: [Block] {
        let paragraphs = Self.paragraphs(of: order.summary.text)
        guard !paragraphs.isEmpty else {
            return [
                .heading(Heading(1, "Summary")), .paragraph(Paragraph("There is no summary of this conversation.")),
            ]
        }
        let source =
            order.summary.engine == "built-in"
            ? "Made of sentences of the conversation by the built-in engine."
            : "Made by the language model \(order.summary.engine). It can be wrong; the transcript below is what was said."
        return [
            .heading(Heading(1, "Summary")),
            .callout(Callout(paragraphs: paragraphs.map { InlineText($0) })),
            .paragraph(Paragraph(InlineText(source), role: .small)),
        ]
    }

    private var keyPoints: [Block] {
        guard !order.summary.keyPoints.isEmpty else { return [] }
        let anchors = anchorsByTime
        let items = order.summary.keyPoints.map { point in
            let time = ReportTime.clock(point.atSeconds)
            let link = anchors[point.atSeconds].map { LinkTarget.anchor($0) }
            var note = [TextRun(time, bold: true, link: link)]
            // The built-in engine's points are quotations themselves.
            if Self.says(point.text, point.quote) {
                return TextList.Item(InlineText(note + [TextRun("\u{A0}\u{A0} \(point.text)")]))
            }
            if !point.quote.isEmpty {
                note.append(TextRun("\u{A0}\u{A0} “\(Self.isolated(point.quote))”", italic: true))
            }
            // The time stands on the left, whatever the language of the quotation.
            return TextList.Item(InlineText(point.text), note: InlineText(note), noteDirection: .leftToRight)
        }
        return [.heading(Heading(2, "Key points")), .list(TextList(items))]
    }

    /// Whether a point is its quotation, but for who said it and the sounds with which speech begins.
    private static func says(_ text: String, _ quote: String) -> Bool {
        func letters(_ text: some StringProtocol) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }
        guard let colon = text.firstIndex(of: ":") else { return false }
        let said = letters(text[colon...])
        return !said.isEmpty && letters(quote).hasSuffix(said)
    }

    /// A name that leaves room for other things in its line.
    private static func short(_ name: String) -> String {
        name.count > nameLengthMax ? name.prefix(nameLengthMax - 1) + "…" : name
    }

    private static let nameLengthMax = 60

    /// The text with signs around it that keep its direction from its surroundings (UAX #9, 2.4.2); text that runs from
    /// left to right needs none.
    private static func isolated(_ text: String) -> String {
        text.unicodeScalars.contains { $0.value >= 0x590 && $0.value < 0x900 } ? "\u{2068}\(text)\u{2069}" : text
    }

    private var actionItems: [Block] {
        guard !order.summary.actionItems.isEmpty else { return [] }
        return [
            .heading(Heading(2, "Action items")),
            .list(TextList(order.summary.actionItems.map { TextList.Item(InlineText($0)) }, marker: .box)),
        ]
    }

    private var metadataTable: [Block] {
        guard !order.metadata.isEmpty else { return [] }
        return [
            .heading(Heading(1, "Metadata")),
            .table(
                Table(
                    columns: [.init(share: 1), .init(share: 2)], header: ["Name", "Value"],
                    rows: order.metadata.map { [InlineText($0.name), InlineText($0.value)] })),
        ]
    }

    // MARK: Transcript

    private var transcript: [Block] {
        let heading = Block.heading(Heading(1, "Transcript"))
        guard !order.turns.isEmpty else {
            return [heading, .paragraph(Paragraph("Nothing was said in this conversation."))]
        }
        let agent = order.agentName.flatMap { $0.isEmpty ? nil : Self.short($0) } ?? "Agent"
        return [heading]
            + order.turns.enumerated().map { index, turn in
                .turn(
                    DialogueTurn(
                        speaker: turn.speaker == .agent ? agent : "User",
                        side: turn.speaker == .agent ? .first : .second, time: ReportTime.clock(turn.atSeconds),
                        text: InlineText(Self.withoutGaps(turn.text)), anchor: Self.anchor(index)))
            }
    }

    /// The text with at most one empty line between two others.
    private static func withoutGaps(_ text: String) -> String {
        guard text.contains("\n\n\n") else { return text }
        var lines: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isEmpty = line.allSatisfy(\.isWhitespace)
            if isEmpty, lines.last?.isEmpty ?? true { continue }
            lines.append(isEmpty ? "" : line)
        }
        return lines.joined(separator: "\n")
    }

    private static func anchor(_ index: Int) -> String { "turn-\(index)" }

    /// The turn that began at a time; the first of them when several did.
    private var anchorsByTime: [Double: String] {
        Dictionary(
            order.turns.enumerated().map { ($0.element.atSeconds, Self.anchor($0.offset)) },
            uniquingKeysWith: { a, _ in a })
    }

    /// The stretches between empty lines.
    private static func paragraphs(of text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: true)
            .map { String($0) }
            .filter { $0.contains { !$0.isWhitespace } }
    }
}
