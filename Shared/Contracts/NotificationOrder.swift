package import JSONCoding
package import Platform

/// What a service asks of notify at `POST /internal/notifications`, and a machine at `POST /api/notifications`: tell one
/// person something, from a template, on one or more channels.
package struct NotificationOrder: JSONRepresentable, Hashable {
    /// The same key again gives the same notifications and sends nothing twice. At most `keyLengthMax` characters.
    package var idempotencyKey: String
    /// The name of a template of notify's `templates/`.
    package var template: String
    /// What the template's names stand for; more than it needs does no harm.
    package var variables: JSONObject
    package var recipient: NotificationRecipient
    /// One notification for each inner list, whose channels are tried in order until one succeeds.
    package var channels: [[NotificationChannel]]
    /// Instead of the template's own subject.
    package var subject: String?
    /// For email; the other channels leave them out.
    package var attachments: [NotificationAttachment]
    /// What it is about, such as an incident.
    package var reference: NotificationReference?
    /// An https URL that takes the one-click POST of RFC 8058.
    package var unsubscribeURL: String?
    /// Sent within quiet hours, too.
    package var isUrgent: Bool

    package static let keyLengthMax = 200
    package static let laddersMax = 8
    package static let attachmentsMax = 20

    package init(
        idempotencyKey: String, template: String, variables: JSONObject, recipient: NotificationRecipient,
        channels: [[NotificationChannel]], subject: String? = nil, attachments: [NotificationAttachment] = [],
        reference: NotificationReference? = nil, unsubscribeURL: String? = nil, isUrgent: Bool = false
    ) {
        self.idempotencyKey = idempotencyKey
        self.template = template
        self.variables = variables
        self.recipient = recipient
        self.channels = channels
        self.subject = subject
        self.attachments = attachments
        self.reference = reference
        self.unsubscribeURL = unsubscribeURL
        self.isUrgent = isUrgent
    }

    package init(json: JSONValue) throws {
        idempotencyKey = try json.required("idempotency_key")
        template = try json.required("template")
        variables = json["variables"]?.object ?? [:]
        recipient = try NotificationRecipient(json: json["recipient"] ?? .null)
        guard let ladders = json["channels"]?.array else { throw WireError(field: "channels") }
        channels = try ladders.map { ladder in
            guard let names = ladder.array else { throw WireError(field: "channels") }
            return try names.map { name in
                guard let channel = name.string.flatMap(NotificationChannel.init(rawValue:)) else {
                    throw WireError(field: "channels")
                }
                return channel
            }
        }
        subject = try json.optional("subject")
        attachments = try (json["attachments"]?.array ?? []).map { try NotificationAttachment(json: $0) }
        if let value = json["reference"], !value.isNull { reference = try NotificationReference(json: value) }
        unsubscribeURL = try json.optional("unsubscribe_url")
        isUrgent = try json.optional("urgent") ?? false
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "idempotency_key": .string(idempotencyKey), "template": .string(template),
            "variables": .object(variables), "recipient": recipient.json,
            "channels": .array(channels.map { .array($0.map { .string($0.rawValue) }) }), "urgent": .bool(isUrgent),
        ]
        if let subject { object["subject"] = .string(subject) }
        if !attachments.isEmpty { object["attachments"] = .array(attachments.map(\.json)) }
        if let reference { object["reference"] = reference.json }
        if let unsubscribeURL { object["unsubscribe_url"] = .string(unsubscribeURL) }
        return .object(object)
    }
}

/// A way to reach a person or a machine.
package enum NotificationChannel: String, Sendable, Hashable, CaseIterable {
    case email, sms, whatsapp, webhook
}

/// Whom a notification is for. A channel whose address is missing is left out.
package struct NotificationRecipient: JSONRepresentable, Hashable {
    package var name: String?
    package var email: String?
    /// In E.164, such as `+15005550006`; for SMS and WhatsApp.
    package var phone: String?
    package var webhookURL: String?

    package init(name: String? = nil, email: String? = nil, phone: String? = nil, webhookURL: String? = nil) {
        self.name = name
        self.email = email
        self.phone = phone
        self.webhookURL = webhookURL
    }

    package init(json: JSONValue) throws {
        guard json.object != nil else { throw WireError(field: "recipient") }
        name = try json.optional("name")
        email = try json.optional("email")
        phone = try json.optional("phone")
        webhookURL = try json.optional("webhook_url")
    }

    package var json: JSONValue {
        var object: JSONObject = [:]
        if let name { object["name"] = .string(name) }
        if let email { object["email"] = .string(email) }
        if let phone { object["phone"] = .string(phone) }
        if let webhookURL { object["webhook_url"] = .string(webhookURL) }
        return .object(object)
    }

    /// The address on `channel`; nil when there is none.
    package func address(on channel: NotificationChannel) -> String? {
        switch channel {
        case .email: email
        case .sms, .whatsapp: phone
        case .webhook: webhookURL
        }
    }
}

/// A file that goes with an email.
package struct NotificationAttachment: JSONRepresentable, Hashable {
    package var name: String
    /// Such as `application/pdf`.
    package var contentType: String
    package var content: [UInt8]

    package init(name: String, contentType: String, content: [UInt8]) {
        self.name = name
        self.contentType = contentType
        self.content = content
    }

    package init(json: JSONValue) throws {
        name = try json.required("name")
        contentType = try json.required("content_type")
        guard let bytes = Base64.decode(try json.required("content_base64", as: String.self)) else {
            throw WireError(field: "content_base64")
        }
        content = bytes
    }

    package var json: JSONValue {
        [
            "name": .string(name), "content_type": .string(contentType),
            "content_base64": .string(Base64.encode(content)),
        ]
    }
}

/// What a notification is about: a kind, such as `incident`, and the id within it.
package struct NotificationReference: JSONRepresentable, Hashable {
    package var kind: String
    package var id: String

    package init(kind: String, id: String) {
        self.kind = kind
        self.id = id
    }

    package init(json: JSONValue) throws {
        kind = try json.required("kind")
        id = try json.required("id")
    }

    package var json: JSONValue { ["kind": .string(kind), "id": .string(id)] }
}

/// Notify's answer to a `NotificationOrder`.
package struct NotificationReceipt: JSONRepresentable, Hashable {
    /// One for each ladder of the order that has an address, in order.
    package var notificationIDs: [Identifier]

    package init(notificationIDs: [Identifier]) { self.notificationIDs = notificationIDs }

    package init(json: JSONValue) throws {
        guard let ids = json["notification_ids"]?.array else { throw WireError(field: "notification_ids") }
        notificationIDs = try ids.map { id in
            guard let id = Identifier(field: id) else { throw WireError(field: "notification_ids") }
            return id
        }
    }

    package var json: JSONValue { ["notification_ids": .array(notificationIDs.map { .identifier($0) })] }
}
