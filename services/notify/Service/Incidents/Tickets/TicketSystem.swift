import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import Settings

/// The customer's own ticket system, behind `TICKET_API_URL`: one POST of JSON makes one ticket. The incident's id is the
/// `Idempotency-Key`, so that a POST whose answer was lost may be repeated.
final class TicketSystem: Sendable {
    /// The longest time for one POST when nobody waits.
    static let timeout = Duration.seconds(30)
    static let answerBytesMax = 64 << 10
    static let numberLengthMax = 64

    private let url: String
    private let token: Secret?
    private let patience: Duration
    private let client: HTTPClient
    private let time: any TimeSource
    private let breaker = Lock(TicketBreaker())

    init(settings: IncidentSettings, client: HTTPClient, time: any TimeSource) {
        url = settings.ticketURL
        token = settings.ticketToken
        patience = settings.ticketPatience
        self.client = client
        self.time = time
    }

    var isConfigured: Bool { !url.isEmpty }

    /// The number of the ticket for an incident, if the ticket system gives it while the customer waits; else nil. After
    /// some failures in a row it is not asked for a while, so that a system that is down does not slow everybody.
    func numberSoon(for ticket: JSONValue, id: Identifier) async -> String? {
        guard isConfigured, patience > .zero, breaker.withLock({ $0.allows(at: time.monotonic) }) else { return nil }
        do {
            let number = try await post(ticket, id, timeout: patience)
            breaker.withLock { $0.succeeded() }
            return number
        } catch {
            breaker.withLock { $0.failed(at: time.monotonic) }
            return nil
        }
    }

    /// The number of the ticket for an incident.
    ///
    /// - Throws: `TicketRefusal` when it is useless to try again; otherwise whatever stood in the way.
    func number(for ticket: JSONValue, id: Identifier) async throws -> String {
        let number = try await post(ticket, id, timeout: Self.timeout)
        breaker.withLock { $0.succeeded() }
        return number
    }

    private func post(_ ticket: JSONValue, _ id: Identifier, timeout: Duration) async throws -> String {
        var fields: HTTPFields = [
            .contentType: "application/json", .accept: "application/json", "Idempotency-Key": id.description,
        ]
        if let token { fields.append(.authorization, "Bearer \(token.revealed)") }
        let request = HTTPClientRequest(
            .post, url, fields: fields, body: .bytes(ticket.serialized()),
            timeouts: HTTPClientRequest.Timeouts(connect: min(timeout, .seconds(5)), total: timeout), retry: .none,
            responseBytesMax: Self.answerBytesMax, peer: "tickets")
        let response = try await client.send(request)
        guard response.isSuccess else {
            throw TicketRefusal(
                message: "the ticket system answered \(response.status.code)",
                isFinal: (400..<500).contains(response.status.code)
                    && ![401, 403, 408, 409, 425, 429].contains(response.status.code))
        }
        guard let json = try? JSONValue(parsing: response.body), let number = Self.number(in: json) else {
            throw TicketRefusal(message: "the ticket system's answer holds no usable ticket number", isFinal: false)
        }
        return number
    }

    /// The ticket's number in an answer: a text or a whole number in one of the usual fields. It will stand in the subject
    /// of emails, so only what is visible ASCII without spaces is taken.
    static func number(in answer: JSONValue) -> String? {
        for name in ["ticket_id", "id", "key", "number"] {
            if let number = answer[name]?.integer { return String(number) }
            guard let text = answer[name]?.string else { continue }
            let isUsable =
                (1...numberLengthMax).contains(text.utf8.count) && text.utf8.allSatisfy { 0x20 < $0 && $0 < 0x7F }
            return isUsable ? text : nil
        }
        return nil
    }
}

/// The ticket system said no, or something that cannot be used.
struct TicketRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    let message: String
    /// Whether the same request would be refused again.
    let isFinal: Bool

    var description: String { message }
}

/// When the ticket system is not asked while a customer waits. A value; the clock is passed in.
struct TicketBreaker: Sendable {
    /// Failures in a row after which it is left alone.
    static let failuresMax = 3
    /// For how long.
    static let pause = Duration.seconds(15)

    private var failures = 0
    private var closedUntil: MonotonicInstant?

    /// Whether it may be asked. After a pause one request may try, and those that come before it has failed.
    func allows(at now: MonotonicInstant) -> Bool {
        closedUntil.map { $0 <= now } ?? true
    }

    mutating func succeeded() {
        self = TicketBreaker()
    }

    mutating func failed(at now: MonotonicInstant) {
        failures += 1
        if failures >= Self.failuresMax { closedUntil = now + Self.pause }
    }
}
