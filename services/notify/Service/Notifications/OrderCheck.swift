import Contracts
import JSONCoding
import Mail
import Platform

/// What an order must be before anything is made of it. No I/O.
enum OrderCheck {
    /// Bytes of all attachments together: what mail servers take after base64 is some 25 MB.
    static let attachmentBytesMax = 10 << 20
    static let nameLengthMax = 200
    static let referenceLengthMax = 200
    static let variablesBytesMax = 256 << 10
    /// What a column of text cannot hold everywhere.
    private static let noNUL = "must have no NUL characters"

    /// Everything that is wrong with `order`, whatever its template is.
    static func problems(of order: NotificationOrder) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        func expect(_ isGood: Bool, _ field: String, _ message: String) {
            if !isGood { problems.append(FieldProblem(field: field, message: message)) }
        }
        expect(
            (1...NotificationOrder.keyLengthMax).contains(order.idempotencyKey.count), "idempotency_key",
            "must have 1 to \(NotificationOrder.keyLengthMax) characters")
        expect(!order.idempotencyKey.unicodeScalars.contains("\0"), "idempotency_key", noNUL)
        expect(
            order.variables.members.reduce(0) { $0 + $1.name.utf8.count + $1.value.text.utf8.count }
                <= variablesBytesMax, "variables", "must have at most \(variablesBytesMax) bytes")
        expect(
            (1...NotificationOrder.laddersMax).contains(order.channels.count), "channels",
            "must have 1 to \(NotificationOrder.laddersMax) lists")
        for (index, ladder) in order.channels.enumerated() {
            expect(
                (1...NotificationChannel.allCases.count).contains(ladder.count)
                    && Set(ladder).count == ladder.count,
                "channels[\(index)]", "must name 1 to \(NotificationChannel.allCases.count) channels, each once")
            expect(
                ladder.contains { order.recipient.address(on: $0) != nil }, "channels[\(index)]",
                "the recipient has no address for any of these channels")
        }
        problems += self.problems(of: order.recipient)
        if let subject = order.subject {
            expect(
                !TemplateTarget.oneLine(subject).isEmpty && subject.count <= MessageTemplate.subjectLengthMax,
                "subject", "must have 1 to \(MessageTemplate.subjectLengthMax) characters")
        }
        if let reference = order.reference {
            for (field, text) in [("reference.kind", reference.kind), ("reference.id", reference.id)] {
                expect(
                    (1...referenceLengthMax).contains(text.count), field,
                    "must have 1 to \(referenceLengthMax) characters")
                expect(!text.unicodeScalars.contains("\0"), field, noNUL)
            }
        }
        if let url = order.unsubscribeURL {
            expect(
                WebhookURL(url)?.isSecure == true, "unsubscribe_url", "must be an https URL")
        }
        problems += self.problems(of: order.attachments)
        return problems
    }

    private static func problems(of recipient: NotificationRecipient) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        if let name = recipient.name, name.count > nameLengthMax {
            problems.append(
                FieldProblem(field: "recipient.name", message: "must have at most \(nameLengthMax) characters"))
        }
        if recipient.name?.unicodeScalars.contains("\0") == true {
            problems.append(FieldProblem(field: "recipient.name", message: noNUL))
        }
        if let email = recipient.email, (try? MailAddress(email)) == nil {
            problems.append(
                FieldProblem(
                    field: "recipient.email", message: "must be an email address such as name@example.org"))
        }
        if let phone = recipient.phone, PhoneNumber(phone) == nil {
            problems.append(
                FieldProblem(
                    field: "recipient.phone", message: "must be a number in E.164 form such as +15005550006"))
        }
        if let url = recipient.webhookURL, WebhookURL(url) == nil {
            problems.append(
                FieldProblem(
                    field: "recipient.webhook_url",
                    message: "must be an http or https URL without user, password and fragment"))
        }
        return problems
    }

    private static func problems(of attachments: [NotificationAttachment]) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        if attachments.count > NotificationOrder.attachmentsMax {
            problems.append(
                FieldProblem(
                    field: "attachments", message: "must be at most \(NotificationOrder.attachmentsMax)"))
        }
        if attachments.reduce(0, { $0 + $1.content.count }) > attachmentBytesMax {
            problems.append(
                FieldProblem(
                    field: "attachments", message: "must have at most \(attachmentBytesMax) bytes together"))
        }
        for (index, attachment) in attachments.enumerated() {
            do throws(MailError) {
                _ = try MailAttachment(
                    name: attachment.name, contentType: attachment.contentType, bytes: attachment.content)
            } catch {
                problems.append(FieldProblem(field: "attachments[\(index)]", message: error.message))
            }
        }
        return problems
    }
}

/// A telephone number in E.164 form: a plus sign, a country code that does not begin with 0, 7 to 15 digits in all.
struct PhoneNumber: Sendable, Hashable {
    let text: String

    init?(_ text: String) {
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "+"), (7...15).contains(digits.count),
            digits.first != UInt8(ascii: "0"), digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        self.text = text
    }
}
