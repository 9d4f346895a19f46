import JSONCoding
import Platform
import SQL

/// Something that happened to an incident after it was opened.
struct IncidentEvent: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLDecodable {
        case status, note, classification, repeated, reminded
        case ticketLinked = "ticket_linked"
    }

    let id: Identifier
    let kind: Kind
    var oldValue: String?
    var newValue: String?
    var note: String?
    let actor: String
    let createdAt: Timestamp

    var json: JSONValue {
        [
            "id": .identifier(id), "kind": .string(kind.rawValue), "from": .optional(oldValue),
            "to": .optional(newValue), "note": .optional(note), "actor": .string(actor),
            "created_at": .timestamp(createdAt),
        ]
    }
}

/// Who reports or changes an incident, and which incidents he may see.
struct IncidentCaller: Sendable, Hashable {
    /// As the history names him: `user ID`, `key ID` or `notify`.
    let name: String
    /// The only account whose incidents he reaches; nil for all.
    let accountID: String?

    /// The service itself.
    static let notify = IncidentCaller(name: "notify", accountID: nil)
}
