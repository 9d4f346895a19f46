/// The way on which a customer reported an incident. Not the way on which he is answered: that follows from the addresses
/// that he left.
enum IncidentChannel: String, Sendable, Hashable, CaseIterable {
    case email, sms, whatsapp, webhook, web, chat, app, phone, social, letter, branch, api, other
}
