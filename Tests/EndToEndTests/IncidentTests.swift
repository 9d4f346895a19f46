import Foundation
import HTTPClient
import HTTPMessages
import JSONCoding
import Testing

@Suite("An incident, by the real executables", .serialized)
struct IncidentTests {
    @Test("a machine reports it with its key through the gateway; a killed notify has lost nothing of it")
    func reported() async throws {
        let lectern = try Installation()
        for service in ["auth", "notify"] { try await lectern.start(service) }
        let admin = try await lectern.register("ada")
        let made = try await lectern.send(
            .post, "/auth/api-keys", token: admin, json: ["name": "desk", "scopes": ["incidents:write", "read"]])
        let key = try #require(made.json["key"]?.string)
        let keyID = try #require(made.json["id"]?.string)

        let body: JSONValue = [
            "customer_id": "CUST-1", "channel": "email", "message": "I was charged twice for my order.",
            "email": "ada@example.org", "phone": "+1 500 555 0006",
        ]
        let answer = try await use(lectern, key, .post, "/api/incidents", body)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer.json["classification"]?.string == "duplicate_payment")
        let id = try #require(answer.json["incident_id"]?.string)

        try lectern.killHard("notify")
        try await lectern.start("notify")
        try await waitUntil("the answers to the customer are in the outbox") {
            let shown = try await use(lectern, key, .get, "/api/incidents/\(id)", nil)
            let states = shown.json["notifications"]?.array?.compactMap { $0["status"]?.string } ?? []
            return states == ["simulated", "simulated"]
        }
        let again = try await use(lectern, key, .post, "/api/incidents", body)
        #expect(again.json["incident_id"]?.string == id && again.json["joined"] == true)
        let figures = try await use(lectern, key, .get, "/api/stats", nil)
        #expect(figures.json["total_incidents"]?.integer == 1)

        #expect(try await lectern.send(.delete, "/auth/api-keys/\(keyID)", token: admin).status == 204)
        #expect(try await use(lectern, key, .get, "/api/incidents/\(id)", nil).status == 401)
        for service in ["notify", "auth"] { #expect(try lectern.stop(service) == 0) }
    }

    private func use(
        _ lectern: Installation, _ key: String, _ method: HTTPMethod, _ path: String, _ json: JSONValue?
    ) async throws -> Installation.Answer {
        var fields: HTTPFields = ["X-API-Key": key]
        if json != nil { fields.append(.contentType, "application/json") }
        let response = try await lectern.client.send(
            HTTPClientRequest(
                method, lectern.url("auth") + path, fields: fields, body: json.map { .bytes($0.serialized()) } ?? .none,
                retry: .none, responseBytesMax: 1 << 20))
        return Installation.Answer(status: response.status.code, fields: response.fields, body: response.body)
    }
}
