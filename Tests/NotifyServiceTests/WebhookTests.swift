import Crypto
import HTTPMessages
import JSONCoding
import Platform
import TestSupport
import Testing

@Suite("Signed webhooks")
struct WebhookTests {
    private static let secret = "a secret of sixteen"

    @Test("the body is signed with its time, and the id is the same at every attempt")
    func signed() async throws {
        let receiver = try TwilioStandIn([.init(status: 503), .init(status: 200)])
        let environment = ["WEBHOOK_SECRET": Self.secret, "WEBHOOK_ALLOW_PRIVATE": "true"]
        try await withNotify(environment) { notify in
            let url = try #require(receiver.environment["TWILIO_BASE_URL"]) + "/hook?a=1"
            let id = try #require(
                try await notify.submit(RunningNotify.order([["webhook"]], webhook: url)).first)
            let notification = try await notify.settled(id)
            #expect(notification["status"]?.string == "sent")
            #expect(RunningNotify.outcomes(notification) == ["temporary", "sent"])
            #expect(receiver.calls.count == 2)
            for call in receiver.calls {
                #expect(call.line == "POST /hook?a=1 HTTP/1.1")
                func field(_ name: String) -> String? {
                    call.fields.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
                        .map { String($0.drop { $0 != ":" }.dropFirst(2)) }
                }
                #expect(field("X-Lectern-Notification") == id)
                let timestamp = try #require(field("X-Lectern-Timestamp"))
                let expected = Hex.encode(HMAC.sha256("\(timestamp).\(call.body)".utf8, key: Self.secret.utf8))
                #expect(field("X-Lectern-Signature") == "v1=\(expected)")
                #expect(call.body.contains("TKT-98042a72"))
            }
        }
    }

    @Test(
        "addresses of this machine and this network are refused, however they are written",
        arguments: [
            "http://127.0.0.1:PORT/", "http://localhost:PORT/", "http://[::1]:PORT/", "http://0x7f.1:PORT/",
            "http://2130706433:PORT/", "http://[::ffff:127.0.0.1]:PORT/", "http://0.0.0.0:PORT/",
        ])
    func privateAddresses(url: String) async throws {
        let receiver = try TwilioStandIn([.init(status: 200)])
        let base = try #require(receiver.environment["TWILIO_BASE_URL"])
        let port = base.split(separator: ":").last.map(String.init) ?? ""
        try await withNotify(["WEBHOOK_SECRET": Self.secret]) { notify in
            let target = url.replacing("PORT", with: port)
            let id = try #require(
                try await notify.submit(RunningNotify.order([["webhook"]], webhook: target)).first)
            let notification = try await notify.settled(id)
            #expect(notification["status"]?.string == "failed")
            #expect(notification["history"]?.array?.last?["provider_code"]?.string == "forbidden_address")
            #expect(receiver.calls.isEmpty)
        }
    }

    @Test(
        "answers decide whether to try again; redirects are not followed",
        arguments: [
            (301, "failed"), (302, "failed"), (400, "failed"), (404, "failed"), (410, "failed"), (500, "sent"),
            (429, "sent"),
        ])
    func answers(status: Int, end: String) async throws {
        let receiver = try TwilioStandIn([
            .init(status: status, fields: ["Location: http://127.0.0.1:1/"]), .init(status: 204),
        ])
        let environment = ["WEBHOOK_SECRET": Self.secret, "WEBHOOK_ALLOW_PRIVATE": "true"]
        try await withNotify(environment) { notify in
            let url = try #require(receiver.environment["TWILIO_BASE_URL"]) + "/"
            let id = try #require(try await notify.submit(RunningNotify.order([["webhook"]], webhook: url)).first)
            #expect(try await notify.settled(id)["status"]?.string == end)
            #expect(receiver.calls.count == (end == "sent" ? 2 : 1))
        }
    }
}
