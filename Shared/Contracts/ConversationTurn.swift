package import JSONCoding

/// One turn of a recorded conversation: who spoke, what was said, and when.
package struct ConversationTurn: JSONRepresentable, Hashable {
    /// Who spoke.
    package enum Speaker: String, Sendable, Hashable, CaseIterable { case agent, user }

    /// The most turns of a conversation.
    package static let turnsMax = 20_000
    /// The words of all turns together, in bytes of UTF-8: some seventy hours of talk.
    package static let textBytesMax = 4 << 20
    /// The largest order that docs takes, in bytes of JSON: all the words with each letter escaped once, and what stands
    /// beside them.
    package static let orderBytesMax = 12 << 20

    package var speaker: Speaker
    package var text: String
    /// Seconds from the beginning of the call; never negative.
    package var atSeconds: Double

    package init(speaker: Speaker, text: String, atSeconds: Double) {
        self.speaker = speaker
        self.text = text
        self.atSeconds = atSeconds
    }

    /// - Throws: `WireError` naming the field that is missing or wrong.
    package init(json: JSONValue) throws {
        speaker = try json.required("speaker")
        text = try json.required("text")
        atSeconds = try json.required("at_seconds")
        guard atSeconds.isFinite, atSeconds >= 0 else { throw WireError(field: "at_seconds") }
    }

    package var json: JSONValue {
        ["speaker": .string(speaker.rawValue), "text": .string(text), "at_seconds": .number(atSeconds)]
    }
}

extension ConversationTurn.Speaker: WireField {
    package init?(field: JSONValue) {
        guard let text = field.string else { return nil }
        self.init(rawValue: text)
    }
}
