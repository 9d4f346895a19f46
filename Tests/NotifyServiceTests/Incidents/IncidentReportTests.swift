import JSONCoding
import Testing

@testable import NotifyService

@Suite struct IncidentReportTests {
    static let good: JSONObject = ["customer_id": "c1", "channel": "email", "message": "I was charged twice."]

    static func with(_ changes: JSONObject) -> JSONValue {
        var object = good
        changes.forEach { object[$0] = $1 }
        return .object(object)
    }

    private static func text(_ count: Int, _ unit: String = "a") -> JSONValue {
        .string(String(repeating: unit, count: count))
    }

    private func fields(_ json: JSONValue, region: String? = nil) -> [String] {
        do {
            _ = try IncidentReport(json: json, region: region)
            return []
        } catch {
            return error.problems.map(\.field).sorted()
        }
    }

    @Test(
        "Every bad field is named at once, each at its limit and one past it",
        arguments: [
            ([:], []),
            (["customer_id": .null, "channel": .null, "message": .null], ["channel", "customer_id", "message"]),
            (["customer_id": "", "channel": "", "message": ""], ["channel", "customer_id", "message"]),
            (["customer_id": " ", "message": "\n\t "], ["customer_id", "message"]),
            (["customer_id": 7, "channel": [], "message": [:]], ["channel", "customer_id", "message"]),
            (["customer_id": text(100)], []), (["customer_id": text(101)], ["customer_id"]),
            (["customer_id": text(100, "é")], []), (["customer_id": "a\u{0}b"], ["customer_id"]),
            (["customer_id": "a\r\nBcc: x@example.org"], ["customer_id"]),
            (["message": text(5_000)], []), (["message": text(5_001)], ["message"]),
            (["message": text(5_000, "😀")], []), (["message": text(5_001, "😀")], ["message"]),
            (["message": "a\u{0}b"], ["message"]), (["message": "line\r\nline\u{B}"], []),
            (["channel": "EMAIL"], []), (["channel": "pigeon"], ["channel"]), (["channel": text(41)], ["channel"]),
            (["email": .null, "phone": .null], []), (["email": "", "phone": ""], []),
            (["email": "ada@example.org", "phone": "+1 500 555 0006"], []),
            (["email": "ada", "phone": "555"], ["email", "phone"]), (["email": 1, "phone": true], ["email", "phone"]),
            (["email": "a@b"], ["email"]), (["email": "a@@b.de"], ["email"]), (["email": "a b@c.de"], ["email"]),
            (["email": "ada@example.org\r\nBcc: eve@example.org"], ["email"]),
            (["email": "ada@example.org, eve@example.org"], ["email"]),
            (["email": "Ada <ada@example.org>"], ["email"]),
            (["email": .string("\(String(repeating: "a", count: 64))@example.org")], []),
            (["email": .string("\(String(repeating: "a", count: 65))@example.org")], ["email"]),
            (["phone": "+1500555000"], ["phone"]), (["phone": "+150055500066"], ["phone"]),
            (["phone": "+15005550006\r\nx"], ["phone"]), (["phone": "030 901820"], ["phone"]),
            (["channel": "x", "email": "x", "phone": "x", "message": ""], ["channel", "email", "message", "phone"]),
        ] as [(JSONObject, [String])])
    func limits(changes: JSONObject, expected: [String]) {
        #expect(fields(Self.with(changes)) == expected, "\(JSONValue.object(changes))")
    }

    @Test(arguments: [.null, [], "x", 1, true] as [JSONValue])
    func `What is no object is refused`(body: JSONValue) {
        #expect(fields(body).contains(""))
    }

    @Test func `Fields are brought to one form`() throws {
        let json = Self.with([
            "customer_id": "  c1 ", "channel": "WhatsApp", "message": "\n Hello \n there  ",
            "email": " ada@example.org ", "phone": "030 901820",
        ])
        let report = try IncidentReport(json: json, region: "DE")
        #expect(report.customerID == "c1")
        #expect(report.channel == .whatsapp)
        #expect(report.message == "Hello \n there")
        #expect(report.email == "ada@example.org")
        #expect(report.phone == "+4930901820")
    }

    @Test func `The same message of the same customer has one digest, any other another`() throws {
        func digest(_ changes: JSONObject, account: String? = nil) throws -> [UInt8] {
            try IncidentReport(json: Self.with(changes), region: nil).digest(accountID: account)
        }
        let own = try digest([:])
        #expect(try digest(["message": " I was  CHARGED twice.\n", "channel": "sms", "email": "a@example.org"]) == own)
        for (changes, account) in [
            (["customer_id": "c2"], nil), (["message": "I was charged thrice."], nil), ([:], "acme"), ([:], "none"),
            (["customer_id": "c1 i", "message": "was charged twice."], nil), ([:], "4:none"),
        ] as [(JSONObject, String?)] {
            #expect(try digest(changes, account: account) != own, "\(changes) \(account ?? "-")")
        }
    }
}
