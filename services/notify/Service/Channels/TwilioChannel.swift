import HTTPClient
import HTTPMessages
import JSONCoding
import Platform

/// SMS or WhatsApp over Twilio's REST interface, or into the outbox folder.
///
/// More than 24 hours after a person's last words WhatsApp takes nothing but templates that it has approved (error 63016).
/// So where there is one for a message, it is always used, by its content SID and its values, in place of the text.
struct TwilioChannel: Channel {
    enum Medium: String, Sendable { case sms, whatsapp }

    let medium: Medium
    /// Nil without credentials.
    let account: TwilioAccount?
    let client: HTTPClient
    let outbox: OutboxFolder
    let time: any TimeSource

    /// Clocks differ; a message that Twilio dated a little before our attempt may still be ours.
    private static let clockTolerance = Duration.seconds(90)

    func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        guard let account else {
            return await outbox.keep(
                JSONValue.object([
                    "id": .identifier(parcel.id), "channel": .string(medium.rawValue),
                    "to": .string(parcel.rung.recipient), "body": .string(parcel.rung.message.text),
                    "created_at": .timestamp(parcel.createdAt),
                ]).serialized(), name: "\(parcel.id).json")
        }
        do {
            // There is no idempotency key at this interface: what an uncertain attempt may have left is looked for first.
            if let since = parcel.uncertainSince, let sid = try await find(parcel, since: since, account) {
                return .sent(sid)
            }
            let response = try await client.send(request(for: parcel, account))
            return TwilioReply.outcome(response, now: time.wall)
        } catch let error as HTTPClientError {
            return TwilioReply.outcome(error)
        } catch {
            return .failure(.temporary, code: nil, "\(error)")
        }
    }

    private func request(for parcel: Parcel, _ account: TwilioAccount) -> HTTPClientRequest {
        var form = [("To", address(parcel.rung.recipient))]
        switch medium {
        case .whatsapp: form.append(("From", address(account.whatsAppNumber)))
        case .sms where !account.messagingServiceSID.isEmpty:
            form.append(("MessagingServiceSid", account.messagingServiceSID))
        case .sms: form.append(("From", account.fromNumber))
        }
        if let content = contentSID(for: parcel, account) {
            form.append(("ContentSid", content))
            let values = parcel.rung.message.contentVariables
            if !values.isEmpty { form.append(("ContentVariables", Self.variables(values))) }
        } else {
            form.append(("Body", parcel.rung.message.text))
        }
        if !account.statusCallbackURL.isEmpty {
            form.append(("StatusCallback", "\(account.statusCallbackURL)?notification=\(parcel.id)"))
        }
        let body = form.map { "\($0)=\(PercentCoding.encode($1))" }.joined(separator: "&")
        var fields = authorization(account)
        fields.append(.contentType, "application/x-www-form-urlencoded")
        return HTTPClientRequest(
            .post, messagesURL(account), fields: fields, body: .bytes(Array(body.utf8)), timeouts: Self.timeouts,
            retry: .none, responseBytesMax: 1 << 20, peer: "twilio")
    }

    /// The message that an earlier attempt left at Twilio without our hearing of it; nil when there is none.
    private func find(_ parcel: Parcel, since: Timestamp, _ account: TwilioAccount) async throws -> String? {
        let earliest = since - Self.clockTolerance
        let query =
            "To=\(PercentCoding.encode(address(parcel.rung.recipient)))"
            + "&DateSent%3E=\(earliest.rfc3339.prefix(10))&PageSize=200"
        let response = try await client.send(
            HTTPClientRequest(
                .get, "\(messagesURL(account))?\(query)", fields: authorization(account), timeouts: Self.timeouts,
                retry: .none, responseBytesMax: 4 << 20, peer: "twilio"))
        guard response.isSuccess, let list = try JSONValue(parsing: response.body)["messages"]?.array else {
            throw LookupFailure(status: response.status.code)
        }
        for message in list {
            guard let sid = message["sid"]?.string, let body = message["body"]?.string,
                isOurs(body, parcel, account), message["to"]?.string == address(parcel.rung.recipient),
                let created = message["date_created"]?.string.flatMap(Self.date), created >= earliest
            else { continue }
            if try await !parcel.isKnown(sid) { return sid }
        }
        return nil
    }

    /// Whether a message at Twilio may be the parcel's by its text. What an approved template says around its values is known
    /// to Twilio alone.
    private func isOurs(_ body: String, _ parcel: Parcel, _ account: TwilioAccount) -> Bool {
        guard contentSID(for: parcel, account) != nil else { return body == parcel.rung.message.text }
        return parcel.rung.message.contentVariables.allSatisfy { body.contains($0) }
    }

    private func contentSID(for parcel: Parcel, _ account: TwilioAccount) -> String? {
        medium == .whatsapp ? account.contentSIDs[parcel.template] : nil
    }

    /// `{"1":"first","2":"second"}`.
    private static func variables(_ values: [String]) -> String {
        JSONValue.object(JSONObject(values.enumerated().map { (String($0.offset + 1), .string($0.element)) })).text
    }

    private struct LookupFailure: Error, CustomStringConvertible {
        let status: Int
        var description: String { "Twilio's list of messages answered with status \(status)" }
    }

    private func address(_ number: String) -> String {
        medium == .whatsapp && !number.hasPrefix("whatsapp:") ? "whatsapp:\(number)" : number
    }

    private func messagesURL(_ account: TwilioAccount) -> String {
        "\(account.baseURL)/2010-04-01/Accounts/\(account.accountSID)/Messages.json"
    }

    private func authorization(_ account: TwilioAccount) -> HTTPFields {
        let (user, password) = account.credentials
        return [.authorization: "Basic \(Base64.encode("\(user):\(password)".utf8))"]
    }

    private static let timeouts = HTTPClientRequest.Timeouts(
        connect: .seconds(10), firstByte: .seconds(30), idle: .seconds(30), total: .seconds(30))

    /// `Thu, 15 Jan 2026 08:30:00 +0000`.
    private static func date(_ text: String) -> Timestamp? {
        text.hasSuffix(" +0000") ? HTTPDate.parse("\(text.dropLast(6)) GMT") : nil
    }
}
