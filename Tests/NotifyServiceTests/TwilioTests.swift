import Crypto
import HTTPMessages
import JSONCoding
import NotifyService
import Platform
import ServiceTestSupport
import TestSupport
import Testing

@Suite("SMS and WhatsApp over Twilio")
struct TwilioTests {
    private func sms(_ notify: RunningNotify, _ channels: [[String]] = [["sms"]]) async throws -> String {
        try #require(
            try await notify.submit(
                RunningNotify.order(channels, email: "ada@example.net", phone: "+15005550006")
            ).first)
    }

    @Test("the request is Twilio's to the byte")
    func request() async throws {
        let twilio = try TwilioStandIn([.taken("SM0001")])
        try await withNotify(twilio.environment) { notify in
            let id = try await sms(notify)
            let notification = try await notify.settled(id)
            #expect(notification["status"]?.string == "sent")
            #expect(notification["provider_id"]?.string == "SM0001")
            let call = try #require(twilio.calls.first)
            #expect(call.line == "POST /2010-04-01/Accounts/AC0001/Messages.json HTTP/1.1")
            #expect(
                call.fields.contains { $0.lowercased() == "authorization: basic quMwMDAxOnRvazEyMw==".lowercased() })
            #expect(
                call.fields.contains("authorization: Basic QUMwMDAxOnRvazEyMw==")
                    || call.fields.contains("Authorization: Basic QUMwMDAxOnRvazEyMw=="))
            #expect(
                call.fields.contains { $0.lowercased() == "content-type: application/x-www-form-urlencoded" })
            #expect(
                call.body
                    == "To=%2B15005550006&From=%2B15005550001"
                    + "&Body=Ticket%20%23TKT-98042a72%20created.%20Follow-up%20in%2024%20hours."
                    + "&StatusCallback=https%3A%2F%2Fmail.example.org%2Fwebhooks%2Ftwilio%2Fstatus%3Fnotification%3D\(id)"
            )
        }
    }

    @Test("WhatsApp has its own form of numbers; a messaging service stands instead of the number")
    func variants() async throws {
        let twilio = try TwilioStandIn([.taken("SM0002")])
        var environment = twilio.environment
        environment["TWILIO_MESSAGING_SERVICE_SID"] = "MG0001"
        environment["TWILIO_API_KEY_SID"] = "SK0001"
        environment["TWILIO_API_KEY_SECRET"] = "secret"
        try await withNotify(environment) { notify in
            _ = try await notify.settled(try await sms(notify, [["whatsapp"]]))
            _ = try await notify.settled(try await sms(notify))
            #expect(twilio.calls[0].form("To") == "whatsapp:+15005550006")
            #expect(twilio.calls[0].form("From") == "whatsapp:+15005550002")
            #expect(twilio.calls[1].form("MessagingServiceSid") == "MG0001")
            #expect(twilio.calls[1].form("From") == nil)
            let basic = "Basic \(Base64.encode("SK0001:secret".utf8))"
            #expect(twilio.calls[0].fields.contains { $0.hasSuffix(basic) })
        }
    }

    private static let contentSID = "HX0123456789abcdef0123456789ABCDEF"

    @Test("an approved WhatsApp template takes the place of the text, by its content SID and its values")
    func contentTemplate() async throws {
        let twilio = try TwilioStandIn([.taken("SM0005")])
        var environment = twilio.environment
        environment["TWILIO_WHATSAPP_TEMPLATES"] =
            " incident_created=\(Self.contentSID), incident_status = HX\(String(repeating: "0", count: 32))"
        try await withNotify(environment) { notify in
            let id = try await sms(notify, [["whatsapp"]])
            #expect(try await notify.settled(id)["status"]?.string == "sent")
            #expect(
                twilio.calls[0].body
                    == "To=whatsapp%3A%2B15005550006&From=whatsapp%3A%2B15005550002"
                    + "&ContentSid=HX0123456789abcdef0123456789ABCDEF"
                    + "&ContentVariables=%7B%221%22%3A%22TKT-98042a72%22%7D"
                    + "&StatusCallback=https%3A%2F%2Fmail.example.org%2Fwebhooks%2Ftwilio%2Fstatus%3Fnotification%3D\(id)"
            )
            // Only where it is for: SMS have their text, and so has a message without an approved template.
            _ = try await notify.settled(try await sms(notify))
            #expect(twilio.calls[1].form("Body") == "Ticket #TKT-98042a72 created. Follow-up in 24 hours.")
            #expect(twilio.calls[1].form("ContentSid") == nil)
            let reminder = RunningNotify.order([["whatsapp"]], phone: "+15005550006", template: "incident_reminder")
            _ = try await notify.settled(try #require(try await notify.submit(reminder).first))
            #expect(twilio.calls[2].form("Body") == "Ticket #TKT-98042a72 is still open. We are working on it.")
            let status = RunningNotify.order(
                [["whatsapp"]], phone: "+15005550006", template: "incident_status",
                variables: [
                    "status_text": .string(
                        "In\r\n\tprogress      \u{202E} \"now\" \(String(repeating: "é", count: 300))")
                ])
            _ = try await notify.settled(try #require(try await notify.submit(status).first))
            let values = try JSONValue(parsing: try #require(twilio.calls[3].form("ContentVariables")))
            #expect(values["1"]?.string == "TKT-98042a72")
            // One line without runs of spaces, and not too long: Twilio refuses others (21656).
            #expect(values["2"]?.string == "In progress \"now\" \(String(repeating: "é", count: 181))…")
        }
    }

    @Test("a person who has not written for a day is reached by the next channel when there is no approved template")
    func outsideWindow() async throws {
        let twilio = try TwilioStandIn([.error(63016), .taken("SM0006")])
        try await withNotify(twilio.environment) { notify in
            let notification = try await notify.settled(try await sms(notify, [["whatsapp", "sms"]]))
            #expect(RunningNotify.outcomes(notification) == ["permanent", "sent"])
            #expect(notification["history"]?[0]?["provider_code"]?.string == "63016")
            #expect(notification["channel"]?.string == "sms")
        }
    }

    @Test("a message from an approved template whose answer was lost is known by its values")
    func lostContentAnswer() async throws {
        func message(_ sid: String, _ body: String) -> String {
            """
            {"sid":"\(sid)","to":"whatsapp:+15005550006","direction":"outbound-api","body":"\(body)",\
            "date_created":"Fri, 02 Jan 2026 03:03:04 +0000"}
            """
        }
        let list =
            #"{"messages":["# + message("SM0001", "Another matter: TKT-1.") + ","
            + message("SM0007", "Hello! Your ticket TKT-98042a72 is in good hands.") + "]}"
        let twilio = try TwilioStandIn([.cut], list: list)
        var environment = twilio.environment
        environment["TWILIO_WHATSAPP_TEMPLATES"] = "incident_created=\(Self.contentSID)"
        try await withNotify(environment) { notify in
            let notification = try await notify.settled(try await sms(notify, [["whatsapp"]]))
            #expect(RunningNotify.outcomes(notification) == ["unknown", "sent"])
            #expect(notification["provider_id"]?.string == "SM0007")
        }
    }

    @Test(
        "content SIDs that are none stop the start",
        arguments: ["incident_created", "incident_created=HX01", "=HX0123456789abcdef0123456789ABCDEF", "a=b=c"])
    func wrongContentSIDs(text: String) async throws {
        do {
            try await withNotify(["TWILIO_WHATSAPP_TEMPLATES": text]) { _ in Issue.record("the service started") }
        } catch {
            #expect("\(error)".contains("TWILIO_WHATSAPP_TEMPLATES"), "\(error)")
        }
    }

    @Test("a failure that may pass is tried again when it is reported, once, and the limit of attempts holds")
    func reportedTemporary() async throws {
        let twilio = try TwilioStandIn([.taken("SM0001"), .taken("SM0002"), .taken("SM0003")])
        var environment = twilio.environment
        environment["DELIVERY_ATTEMPTS"] = "2"
        try await withNotify(environment) { notify in
            let id = try await sms(notify)
            _ = try await notify.settled(id)
            for _ in 0..<2 { #expect(try await report(notify, id, "undelivered", code: "30001") == 204) }
            let waiting = try await notify.notification(id)
            #expect(waiting["status"]?.string == "pending")
            #expect(waiting["error"]?.string == "reported as undelivered, error 30001")
            #expect(waiting["next_attempt_at"]?.string != nil)
            let again = try await notify.settled(id)
            #expect(again["status"]?.string == "sent" && again["provider_id"]?.string == "SM0002")
            // Late words about the first message say nothing about the second.
            #expect(try await report(notify, id, "delivered", sid: "SM0001") == 204)
            #expect(try await notify.notification(id)["status"]?.string == "sent")
            #expect(try await report(notify, id, "failed", sid: "SM0002", code: "30001") == 204)
            let failed = try await notify.notification(id)
            #expect(failed["status"]?.string == "failed" && failed["next_attempt_at"] == .null)
            #expect(RunningNotify.outcomes(failed) == ["sent", "sent"])
            #expect((failed["reports"]?.array ?? []).map { $0["counted"]?.bool } == [true, false, false, true])
        }
    }

    @Test(
        "error codes decide whether to try again",
        arguments: [
            (21211, 400, "permanent"), (21614, 400, "permanent"), (21610, 400, "permanent"), (21408, 400, "permanent"),
            (21612, 400, "permanent"), (63016, 400, "permanent"), (20429, 429, "temporary"), (63017, 400, "temporary"),
            (21611, 400, "temporary"), (30001, 400, "temporary"), (20003, 401, "misconfigured"),
            (21606, 400, "misconfigured"), (21655, 400, "misconfigured"), (21656, 400, "misconfigured"),
            (63021, 400, "permanent"), (20500, 500, "unknown"), (20503, 503, "unknown"),
        ])
    func codes(code: Int, status: Int, outcome: String) async throws {
        let twilio = try TwilioStandIn([.error(code, status: status), .taken("SM0003")])
        try await withNotify(twilio.environment) { notify in
            let id = try await sms(notify)
            if outcome != "permanent" {
                let waiting = try await notify.attempted(id, 1)
                #expect(waiting["status"]?.string == "pending" && waiting["attempts"]?.integer == 1)
                let next = try #require(waiting["next_attempt_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
                let updated = try #require(waiting["updated_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
                let full = Duration.seconds(outcome == "misconfigured" ? 300 : 15)
                #expect((full / 2...full).contains(next.duration(since: updated)))
            }
            let notification = try await notify.settled(id)
            let audit = notification["history"]?[0]
            #expect(audit?["number"]?.integer == 1 && audit?["recipient"]?.string == "+15005550006")
            #expect(audit?["provider_code"]?.string == String(status >= 500 ? status : code))
            #expect(audit?["error"]?.string?.isEmpty == false && audit?["provider_id"] == .null)
            #expect(audit?["started_at"]?.string != nil && audit?["duration_ms"]?.integer != nil)
            let outcomes = RunningNotify.outcomes(notification)
            #expect(outcomes.first == outcome)
            #expect(notification["status"]?.string == (outcome == "permanent" ? "failed" : "sent"))
            #expect(outcomes.count == (outcome == "permanent" ? 1 : 2))
        }
    }

    @Test("Retry-After is kept to")
    func retryAfter() async throws {
        let twilio = try TwilioStandIn([
            .error(20429, status: 429, fields: ["Retry-After: 600"]), .taken("SM0004"),
        ])
        try await withNotify(twilio.environment) { notify in
            let start = notify.time.wall
            let id = try await sms(notify)
            let waiting = try await notify.attempted(id, 1)
            let next = try #require(waiting["next_attempt_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
            #expect(next.duration(since: start) >= .seconds(600))
            #expect(try await notify.settled(id)["status"]?.string == "sent")
        }
    }

    @Test("who has opted out is not written to again")
    func optedOut() async throws {
        let twilio = try TwilioStandIn([.error(21610)])
        try await withNotify(twilio.environment) { notify in
            _ = try await notify.settled(try await sms(notify))
            let second = try await notify.settled(try await sms(notify))
            #expect(second["status"]?.string == "failed")
            #expect(second["history"]?[0]?["provider_code"]?.string == "suppressed")
            #expect(twilio.calls.count == 1)
        }
    }

    @Test("after an answer that was lost Twilio is asked before anything is sent again")
    func lostAnswer() async throws {
        // What the service's clock shows, as Twilio writes it.
        let list = """
            {"messages":[{"sid":"SM0009","to":"+15005550006","direction":"outbound-api",\
            "body":"Ticket #TKT-98042a72 created. Follow-up in 24 hours.",\
            "date_created":"Fri, 02 Jan 2026 03:03:04 +0000"}]}
            """
        let twilio = try TwilioStandIn([.cut], list: list)
        try await withNotify(twilio.environment) { notify in
            let id = try await sms(notify)
            let notification = try await notify.settled(id)
            #expect(RunningNotify.outcomes(notification) == ["unknown", "sent"])
            #expect(notification["provider_id"]?.string == "SM0009")
            #expect(twilio.calls.count == 2)
            #expect(
                twilio.calls[1].line
                    == "GET /2010-04-01/Accounts/AC0001/Messages.json"
                    + "?To=%2B15005550006&DateSent%3E=2026-01-02&PageSize=200 HTTP/1.1")
        }
    }

    @Test("the signature of the published example")
    func signatureVector() {
        let fields = [
            (name: "AccountSid", value: "AC0001"), (name: "From", value: "+15005550001"),
            (name: "MessageSid", value: "SM0001"), (name: "MessageStatus", value: "delivered"),
            (name: "To", value: "+15005550006"),
        ]
        let url = "https://mail.example.org/hooks/twilio"
        let signature = "oahg8qdhzKpzKXOqdMnkE789AOw="
        #expect(TwilioSignature.make(url: url, fields: fields.shuffled(), authToken: "tok123") == signature)
        #expect(TwilioSignature.isGood(signature, url: url, fields: fields, authToken: "tok123"))
        let withPort = TwilioSignature.make(
            url: "https://mail.example.org:443/hooks/twilio", fields: fields, authToken: "tok123")
        #expect(TwilioSignature.isGood(withPort, url: url, fields: fields, authToken: "tok123"))
        #expect(!TwilioSignature.isGood(signature, url: url, fields: fields, authToken: "tok124"))
        #expect(!TwilioSignature.isGood(signature, url: url + "?x=1", fields: fields, authToken: "tok123"))
        #expect(!TwilioSignature.isGood(signature, url: url, fields: Array(fields.dropLast()), authToken: "tok123"))
        #expect(!TwilioSignature.isGood("", url: url, fields: fields, authToken: "tok123"))
    }

    private func report(
        _ notify: RunningNotify, _ id: String, _ status: String, sid: String = "SM0001", code: String? = nil,
        to: String = "+15005550006", token: String = "tok123"
    ) async throws -> Int {
        var fields = [
            (name: "MessageSid", value: sid), (name: "MessageStatus", value: status), (name: "To", value: to),
            (name: "From", value: "+15005550001"), (name: "AccountSid", value: "AC0001"),
            (name: "RawDlrDoneDate", value: "2601020303"),
        ]
        if let code { fields.append((name: "ErrorCode", value: code)) }
        let path = "/webhooks/twilio/status?notification=\(id)"
        let signature = TwilioSignature.make(
            url: "https://mail.example.org\(path)", fields: fields, authToken: token)
        let body = fields.map { "\($0.name)=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
        return try await notify.service.send(
            .post, path, body: Array(body.utf8),
            fields: ["Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature]
        ).status
    }

    @Test("reports move the state forward and never back, in whatever order they come")
    func reports() async throws {
        let twilio = try TwilioStandIn([.taken("SM0001")])
        try await withNotify(twilio.environment) { notify in
            let id = try await sms(notify)
            _ = try await notify.settled(id)
            func state() async throws -> String? { try await notify.notification(id)["status"]?.string }
            #expect(try await report(notify, id, "queued") == 204)
            #expect(try await state() == "sent")
            #expect(try await report(notify, id, "delivered") == 204)
            #expect(try await state() == "delivered")
            for late in ["sent", "sending", "failed", "undelivered", "queued", "unheard-of"] {
                #expect(try await report(notify, id, late) == 204)
                #expect(try await state() == "delivered")
            }
            let notification = try await notify.notification(id)
            #expect(notification["reports"]?.array?.count == 8)
            #expect((notification["reports"]?.array ?? []).count { $0["counted"]?.bool == true } == 1)
            #expect(notification["delivered_at"]?.string != nil)
        }
    }

    @Test("reports with a wrong signature, of nothing, or about another message change nothing")
    func wrongReports() async throws {
        let twilio = try TwilioStandIn([.taken("SM0001")])
        try await withNotify(twilio.environment) { notify in
            let id = try await sms(notify)
            _ = try await notify.settled(id)
            #expect(try await report(notify, id, "delivered", token: "wrong") == 403)
            #expect(try await report(notify, Identifier.make().description, "delivered") == 404)
            #expect(try await report(notify, id, "delivered", sid: "SM9999") == 204)
            let path = "/webhooks/twilio/status?notification=\(id)"
            #expect(
                try await notify.service.send(.post, path, body: Array("MessageStatus=delivered".utf8)).status == 403)
            #expect(try await notify.notification(id)["status"]?.string == "sent")
        }
    }

    @Test("a message that was reported as undelivered goes on to the next channel, once")
    func undelivered() async throws {
        let twilio = try TwilioStandIn([.taken("SM0001")])
        try await withNotify(twilio.environment) { notify in
            let id = try await sms(notify, [["sms", "email"]])
            _ = try await notify.settled(id)
            #expect(try await report(notify, id, "undelivered", code: "30006") == 204)
            #expect(try await report(notify, id, "undelivered", code: "30006") == 204)
            let notification = try await notify.settled(id)
            #expect(notification["channel"]?.string == "email")
            #expect(notification["status"]?.string == "simulated")
            #expect(RunningNotify.outcomes(notification) == ["sent", "simulated"])
        }
    }

    @Test("a report tells what became of a message whose answer was lost")
    func reportInsteadOfAnswer() async throws {
        let twilio = try TwilioStandIn([.cut])
        try await withNotify(twilio.environment) { notify in
            let id = try await sms(notify)
            _ = try await notify.attempted(id, 1)
            #expect(try await report(notify, id, "delivered", sid: "SM0042") == 204)
            let notification = try await notify.notification(id)
            #expect(notification["status"]?.string == "delivered")
            #expect(notification["provider_id"]?.string == "SM0042")
            #expect(notification["next_attempt_at"] == .null)
        }
    }
}
