import Contracts
import Mail
import Platform

/// Email over SMTP, or into the outbox folder.
struct EmailChannel: Channel {
    /// Nil without a configured server.
    let client: SMTPClient?
    let from: MailAddress
    let replyTo: MailAddress?
    let outbox: OutboxFolder

    func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let recipient: MailAddress
        let bytes: [UInt8]
        do throws(MailError) {
            recipient = try MailAddress(name: parcel.enclosure.recipientName, parcel.rung.recipient)
            bytes = try message(for: parcel, to: recipient).encoded()
        } catch {
            return .failure(.permanent, code: error.code.description, error.message)
        }
        guard let client else { return await outbox.keep(bytes, name: "\(parcel.id).eml") }
        do throws(SMTPFailure) {
            let receipt = try await client.send(bytes, from: from, to: [recipient])
            return .sent(receipt.queueID ?? Self.messageID(of: parcel.id, from: from))
        } catch {
            let kind: DeliveryOutcome.Kind =
                switch error.kind {
                case .temporary: .temporary
                case .permanent: .permanent
                case .misconfigured: .misconfigured
                case .unknown: .unknown
                case .cancelled: .interrupted
                }
            return .failure(kind, code: error.code, error.message)
        }
    }

    /// The same bytes at every attempt: a repetition is the same message.
    private func message(for parcel: Parcel, to recipient: MailAddress) throws(MailError) -> MailMessage {
        var files: [MailAttachment] = []
        for attachment in parcel.enclosure.attachments {
            files.append(
                try MailAttachment(
                    name: attachment.name, contentType: attachment.contentType, bytes: attachment.content))
        }
        let content = parcel.rung.message
        return MailMessage(
            from: from, to: [recipient], replyTo: replyTo, subject: content.subject, text: content.text,
            html: content.html, attachments: files, date: parcel.createdAt,
            messageID: Self.messageID(of: parcel.id, from: from), unsubscribeURL: parcel.enclosure.unsubscribeURL)
    }

    /// Without angle brackets. Stands as long as the notification.
    static func messageID(of id: Identifier, from sender: MailAddress) -> String { "\(id)@\(sender.domain)" }
}
