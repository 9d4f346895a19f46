import Contracts
import JSONCoding
import Platform

/// The email that carries a report: the summary in its body, the PDF beside it.
struct ConversationEmail: Sendable {
    let conversation: Conversation
    let settings: AccountSettings
    let summary: ConversationSummary
    let report: [UInt8]
    let address: String

    /// Made of what is stored alone, so that the order of a second attempt is the same as that of the first.
    var order: NotificationOrder {
        NotificationOrder(
            idempotencyKey: "conversation-report-\(conversation.processingID)", template: settings.emailTemplate,
            variables: variables, recipient: NotificationRecipient(email: address), channels: [[.email]],
            subject: settings.emailSubject,
            attachments: [
                NotificationAttachment(
                    name: "\(conversation.conversationID).pdf", contentType: "application/pdf", content: report)
            ],
            reference: NotificationReference(kind: "conversation", id: conversation.processingID))
    }

    private var variables: JSONObject {
        var variables: JSONObject = [
            // In the subject, so that many reports can be told apart.
            "title": .string(
                [conversation.agentName, conversation.conversationID].compactMap(\.self).joined(separator: ", ")),
            "conversation_id": .string(conversation.conversationID), "account_id": .string(conversation.accountID),
            "summary": .string(summary.text),
            "key_points": .array(
                summary.keyPoints.map { ["text": .string($0.text), "at": .string(Self.clock($0.atSeconds))] }),
            "action_items": .array(summary.actionItems.map { .string($0) }),
        ]
        if let name = conversation.agentName { variables["agent_name"] = .string(name) }
        if let start = conversation.startedAt {
            variables["started_at"] = .string("\(start.rfc3339.prefix(16).replacing("T", with: " ")) UTC")
        }
        if let seconds = conversation.durationSeconds { variables["duration"] = .string(Self.clock(seconds)) }
        return variables
    }

    /// `1:02:03`, or `2:03`.
    static func clock(_ seconds: Double) -> String {
        let whole = Int64(min(max(0, seconds), 1e9))
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = whole / 60 % 60
        return whole >= 3_600
            ? "\(whole / 3_600):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
    }
}
