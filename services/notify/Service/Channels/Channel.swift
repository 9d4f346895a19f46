import Contracts
import Platform

/// A way to deliver. One for each `NotificationChannel`, made once at start.
protocol Channel: Sendable {
    /// Delivers, or says why not. Never throws: whatever happens is an outcome and stands in the audit.
    func deliver(_ parcel: Parcel) async -> DeliveryOutcome
}

/// One attempt's worth of work.
struct Parcel: Sendable {
    let id: Identifier
    /// The name of the message's template.
    let template: String
    let rung: LadderRung
    let enclosure: Enclosure
    let createdAt: Timestamp
    /// When the first of the earlier attempts began of which nobody knows whether the provider took the message; nil when
    /// there is none.
    let uncertainSince: Timestamp?
    /// Whether a provider's id belongs to some notification already.
    let isKnown: @Sendable (_ providerID: String) async throws -> Bool
}

/// How an attempt ended.
struct DeliveryOutcome: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        /// The provider has taken the message.
        case sent
        /// Written to the outbox folder.
        case simulated
        /// Another attempt may succeed.
        case temporary
        /// This message or address is refused for good.
        case permanent
        /// Nothing will get through before an operator changes something.
        case misconfigured
        /// Handed over without an answer: taken or not, nobody knows.
        case unknown
        /// The process ended or died meanwhile.
        case interrupted
    }

    var kind: Kind
    var providerID: String?
    /// The provider's own code, such as `550 5.1.1` or `21610`.
    var providerCode: String?
    /// For people; bounded, without secrets.
    var error: String?
    /// How long the provider asks to be left alone.
    var retryAfter: Duration?
    /// The recipient must not be written to on this channel again.
    var suppresses = false

    static let errorLengthMax = 500

    static func sent(_ providerID: String?) -> DeliveryOutcome {
        DeliveryOutcome(kind: .sent, providerID: providerID)
    }

    static func failure(
        _ kind: Kind, code: String?, _ error: String, retryAfter: Duration? = nil, suppresses: Bool = false
    ) -> DeliveryOutcome {
        DeliveryOutcome(
            kind: kind, providerID: nil, providerCode: code.map { String($0.prefix(50)) },
            error: String(error.prefix(errorLengthMax)), retryAfter: retryAfter, suppresses: suppresses)
    }
}
