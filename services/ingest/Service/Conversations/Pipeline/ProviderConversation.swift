import Contracts
import JSONCoding
import Platform

/// What ElevenLabs says about a conversation (`GET /v1/convai/conversations/{id}`, and `data` of its webhook). Unknown
/// fields are ignored and every word of a list of choices is taken as it comes.
struct ProviderConversation: Sendable {
    let conversationID: String
    let agentID: String?
    let agentName: String?
    /// `initiated`, `in-progress`, `processing`, `done`, `failed`, or what may come.
    let status: String
    let hasAudio: Bool
    /// Turns that have words, in order.
    let turns: [ConversationTurn]
    let startedAt: Timestamp?
    let durationSeconds: Double?
    /// In ElevenLabs' credits.
    let cost: Double
    let isSuccessful: String?
    let terminationReason: String?
    let language: String?
    let direction: String?
    /// Why it failed, when it did.
    let errorReason: String?
    /// What the caller of the agent put in: `account_id` and `email_id` among it, if at all.
    let accountID: String?
    let emailID: String?

    /// The longest text of one turn that is kept, in Unicode scalars: a character may be made of any number of them.
    static let turnLengthMax = 20_000

    /// - Returns: nil when it is not a conversation.
    init?(json: JSONValue) {
        guard json.object != nil, let id = json["conversation_id"]?.string, let status = json["status"]?.string else {
            return nil
        }
        conversationID = id
        self.status = status
        agentID = json["agent_id"]?.string.flatMap { Conversation.isName($0) ? $0 : nil }
        agentName = json["agent_name"]?.string.flatMap(Self.line)
        let metadata = json["metadata"]
        turns = (json["transcript"]?.array ?? []).compactMap(Self.turn)
        startedAt = metadata?["start_time_unix_secs"]?.integer.flatMap { seconds in
            // Beyond the year 9999 nothing was recorded.
            (0...253_402_300_799).contains(seconds) ? Timestamp(millisecondsSince1970: seconds * 1_000) : nil
        }
        durationSeconds = metadata?["call_duration_secs"]?.number.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        cost = metadata?["cost"]?.number.map { $0.isFinite ? max(0, $0) : 0 } ?? 0
        // Older answers do not say; then the recording is asked for.
        hasAudio = json["has_audio"]?.bool ?? true
        isSuccessful = json["analysis"]?["call_successful"]?.string.flatMap(Self.line)
        terminationReason = metadata?["termination_reason"]?.string.flatMap(Self.line)
        language = metadata?["main_language"]?.string.flatMap(Self.line)
        direction = metadata?["phone_call"]?["direction"]?.string.flatMap(Self.line)
        errorReason = metadata?["error"]?["reason"]?.string.flatMap(Self.line)
        let variables = json["conversation_initiation_client_data"]?["dynamic_variables"]
        accountID = variables?["account_id"]?.string.flatMap { Conversation.isName($0) ? $0 : nil }
        emailID = variables?["email_id"]?.string
    }

    /// Turns in which a tool was called have no message.
    private static func turn(_ json: JSONValue) -> ConversationTurn? {
        guard let message = json["message"]?.string else { return nil }
        let text = plain(message)
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        let seconds = json["time_in_call_secs"]?.number ?? 0
        return ConversationTurn(
            speaker: json["role"]?.string == "user" ? .user : .agent, text: text,
            atSeconds: seconds.isFinite ? max(0, seconds) : 0)
    }

    /// The text without control characters but for line ends and tabs, and not longer than ``turnLengthMax``.
    private static func plain(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(turnLengthMax)
        where scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control {
            scalars.append(scalar)
        }
        return String(scalars)
    }

    /// A short text of one line; nil when nothing is left.
    private static func line(_ text: String) -> String? {
        let clean = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }
        let short = String(clean.prefix(200))
        return short.contains { !$0.isWhitespace } ? short : nil
    }

    /// For the report.
    var metadata: [(name: String, value: String)] {
        let items: [(String, String?)] = [
            ("Call successful", isSuccessful), ("Ended because", terminationReason), ("Language", language),
            ("Direction", direction), ("Agent ID", agentID),
        ]
        return items.compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}
