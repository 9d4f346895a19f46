import Contracts
import JSONCoding

/// One message in all the forms it can take: a folder of `templates/`.
struct MessageTemplate: Sendable {
    /// Characters of an SMS or WhatsApp message as Twilio takes it.
    static let shortTextLengthMax = 1_600
    /// Characters of one value in a content template: WhatsApp takes 1,024 of the message with all of them.
    static let contentVariableLengthMax = 200
    static let subjectLengthMax = 300

    let name: String
    let subject: Template
    let text: Template
    /// Within the frame of `layout.html`.
    let html: Template?
    let sms: Template?
    let whatsapp: Template?
    /// What `{{1}}`, `{{2}}`, … of the approved WhatsApp template stand for.
    let whatsappVariables: [Template]

    /// Whether it can be sent on `channel`.
    func supports(_ channel: NotificationChannel) -> Bool {
        switch channel {
        case .email, .webhook: true
        case .sms: sms != nil
        case .whatsapp: whatsapp ?? sms != nil
        }
    }

    /// The names it needs on these channels.
    func requiredNames(on channels: Set<NotificationChannel>) -> [String] {
        var templates = [subject]
        if channels.contains(.email) || channels.contains(.webhook) { templates.append(text) }
        if channels.contains(.email), let html { templates.append(html) }
        if channels.contains(.sms), let sms { templates.append(sms) }
        if channels.contains(.whatsapp), let short = whatsapp ?? sms { templates += [short] + whatsappVariables }
        var names: [String] = []
        for name in templates.flatMap(\.requiredNames) where !names.contains(name) { names.append(name) }
        return names
    }

    /// The names it needs on these channels and that have no value.
    func missingNames(on channels: Set<NotificationChannel>, _ variables: JSONObject) -> [String] {
        // The subject is made first, and is a name of its own for the text.
        requiredNames(on: channels).filter { $0 != "subject" && (variables[$0] ?? .null).isNull }
    }

    /// The message on one channel.
    ///
    /// - Parameters:
    ///   - variables: The names of the house (`brand`, …) included.
    ///   - subjectOverride: Instead of the template's own subject.
    /// - Throws: `MissingVariables` naming all of them.
    func render(
        on channel: NotificationChannel, _ variables: JSONObject, subject subjectOverride: String?
    ) throws(MissingVariables) -> RenderedMessage {
        let missing = missingNames(on: [channel], variables)
        guard missing.isEmpty else { throw MissingVariables(template: name, names: missing) }
        let line = TemplateTarget.oneLine(subjectOverride ?? subject.render(variables))
        let title = String(line.prefix(Self.subjectLengthMax))
        var variables = variables
        variables["subject"] = .string(title)
        switch channel {
        case .email:
            return RenderedMessage(subject: title, text: text.render(variables), html: html?.render(variables))
        case .webhook:
            return RenderedMessage(subject: title, text: text.render(variables), html: nil)
        case .sms:
            return RenderedMessage(subject: title, text: Self.short((sms ?? text).render(variables)), html: nil)
        case .whatsapp:
            return RenderedMessage(
                subject: title, text: Self.short((whatsapp ?? sms ?? text).render(variables)), html: nil,
                contentVariables: whatsappVariables.map { Self.contentVariable($0.render(variables)) })
        }
    }

    /// Twilio refuses values that are empty or have line breaks (error 21656).
    private static func contentVariable(_ text: String) -> String {
        let line = TemplateTarget.oneLine(text)
        if line.isEmpty { return "-" }
        return line.count <= contentVariableLengthMax ? line : line.prefix(contentVariableLengthMax - 1) + "…"
    }

    private static func short(_ text: String) -> String {
        var trimmed = text[...]
        while let last = trimmed.last, last.isWhitespace { trimmed = trimmed.dropLast() }
        guard trimmed.unicodeScalars.count > shortTextLengthMax else { return String(trimmed) }
        return String(String.UnicodeScalarView(trimmed.unicodeScalars.prefix(shortTextLengthMax - 1))) + "…"
    }
}

/// A message ready to be sent on one channel.
struct RenderedMessage: Sendable, Hashable {
    var subject: String
    var text: String
    var html: String?
    /// For WhatsApp: the values of the approved template that takes the place of the text, in order.
    var contentVariables: [String] = []
}
