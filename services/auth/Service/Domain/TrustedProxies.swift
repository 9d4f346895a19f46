/// The proxies before the gateway whose `X-Forwarded-For` is believed (`TRUSTED_PROXIES`). With none, nobody's is.
struct TrustedProxies: Sendable {
    /// Longer lists of hops are cut: no real chain has so many.
    static let hopsMax = 32

    var ranges: [IPRange] = []

    /// The client's address: the peer, or, while hops are trusted, the one before it. Read from the right, because what
    /// stands left of the first untrusted hop is whatever that hop liked to send. A hop that is no address ends the walk.
    func clientAddress(peer: String, forwardedFor: [String]) -> IPAddress? {
        guard var client = IPAddress(peer) else { return nil }
        let hops = forwardedFor.flatMap { $0.split(separator: ",") }.suffix(Self.hopsMax)
        for hop in hops.reversed() {
            guard contains(client), let next = IPAddress(hop.trimmingSpaces) else { break }
            client = next
        }
        return client
    }

    func contains(_ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }
}

extension Substring {
    /// Without spaces and tabs at either end.
    var trimmingSpaces: Substring {
        var text = self
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text.drop { $0 == " " || $0 == "\t" }
    }
}
