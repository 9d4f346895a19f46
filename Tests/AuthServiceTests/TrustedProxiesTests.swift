import Testing

@testable import AuthService

@Suite struct TrustedProxiesTests {
    private func client(_ peer: String, _ forwarded: [String], trusting ranges: [String] = []) -> String? {
        TrustedProxies(ranges: ranges.compactMap { IPRange($0) })
            .clientAddress(peer: peer, forwardedFor: forwarded)?.description
    }

    @Test func `Without trusted proxies the peer is the client, whatever it says`() {
        #expect(client("198.51.100.7", ["10.0.0.1"]) == "198.51.100.7")
        #expect(client("127.0.0.1", ["10.0.0.1"]) == "127.0.0.1")
    }

    @Test func `Behind a trusted proxy the last hop counts, and what the client made up does not`() {
        #expect(client("10.0.0.1", ["203.0.113.9"], trusting: ["10.0.0.0/8"]) == "203.0.113.9")
        #expect(client("10.0.0.1", ["1.1.1.1, 203.0.113.9"], trusting: ["10.0.0.0/8"]) == "203.0.113.9")
        #expect(client("10.0.0.1", ["1.1.1.1", "203.0.113.9"], trusting: ["10.0.0.0/8"]) == "203.0.113.9")
        #expect(client("10.0.0.1", ["203.0.113.9, 10.9.9.9"], trusting: ["10.0.0.0/8"]) == "203.0.113.9")
        #expect(client("10.0.0.1", ["203.0.113.9, nonsense"], trusting: ["10.0.0.0/8"]) == "10.0.0.1")
        #expect(client("10.0.0.1", [], trusting: ["10.0.0.0/8"]) == "10.0.0.1")
        #expect(client("::ffff:10.0.0.1", ["2001:db8::5"], trusting: ["10.0.0.0/8"]) == "2001:db8::5")
    }

    @Test func `Ranges hold what they name`() throws {
        let range = try #require(IPRange("10.1.0.0/15"))
        #expect(range.contains(try #require(IPAddress("10.1.255.255"))))
        #expect(!range.contains(try #require(IPAddress("10.2.0.0"))))
        #expect(try #require(IPRange("0.0.0.0/0")).contains(try #require(IPAddress("9.9.9.9"))))
        #expect(try #require(IPRange("::1")).contains(try #require(IPAddress("::1"))))
        #expect(!(try #require(IPRange("::/0")).contains(try #require(IPAddress("9.9.9.9")))))
        for text in ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129", "host", "10.0.0.1/"] {
            #expect(IPRange(text) == nil)
        }
    }

    @Test func `All addresses of one household count as one`() throws {
        #expect(try #require(IPAddress("2001:db8:1:2::1")).network == IPAddress("2001:db8:1:2:ffff::9")?.network)
        #expect(try #require(IPAddress("2001:db8:1:2::1")).network != IPAddress("2001:db8:1:3::1")?.network)
        #expect(try #require(IPAddress("::ffff:192.0.2.1")).network == "192.0.2.1")
    }
}
