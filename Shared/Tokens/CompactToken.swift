internal import JSONCoding
internal import Platform

/// The three parts of a signed token (RFC 7515 section 7.1), taken apart strictly but with nothing verified yet.
struct CompactToken {
    let header: JSONObject
    /// Still encoded: what is inside is nobody's word until the signature has been checked.
    let payload: Substring
    let signature: [UInt8]
    /// What the signature is about: the first two parts with the dot between them.
    let signedBytes: [UInt8]

    /// - Throws: `.tooLarge` or `.malformed`.
    init(_ token: String) throws(TokenRefusal) {
        guard token.utf8.count <= AccessToken.bytesMax else { throw .tooLarge }
        let parts = token.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed }
        header = try Self.object(parts[0])
        payload = parts[1]
        guard let signature = Base64.decodeURL(parts[2]) else { throw .malformed }
        self.signature = signature
        signedBytes = Array(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
    }

    /// The claims. To be called once the signature is known to be good.
    ///
    /// - Throws: `.malformed` when they are not a JSON object, or one with a name that stands twice.
    func claims() throws(TokenRefusal) -> JSONObject {
        try Self.object(payload)
    }

    /// Checks that the header has exactly these members: one that names a key of its own (`jwk`, `jku`, `x5c`) or asks
    /// for extensions (`crit`) is refused, not ignored.
    func requireHeader(algorithm: String, type: String, keyID: Bool) throws(TokenRefusal) {
        guard header["alg"]?.string == algorithm else { throw .wrongAlgorithm }
        guard header["typ"]?.string == type else { throw .wrongType }
        guard header.count == (keyID ? 3 : 2) else { throw .malformed }
    }

    /// Signs `claims` and writes the token.
    static func write<Failure: Error>(
        header: JSONObject, claims: JSONObject, sign: ([UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) -> String {
        let head = Base64.encodeURL(JSONValue.object(header).serialized())
        let body = Base64.encodeURL(JSONValue.object(claims).serialized())
        let signed = "\(head).\(body)"
        return "\(signed).\(Base64.encodeURL(try sign(Array(signed.utf8))))"
    }

    private static func object(_ part: Substring) throws(TokenRefusal) -> JSONObject {
        guard let bytes = Base64.decodeURL(part), let value = try? JSONValue(parsing: bytes),
            let object = value.object
        else { throw .malformed }
        return object
    }
}

extension JSONObject {
    /// A moment in whole seconds (RFC 7519 section 2, NumericDate). Fractions, which we never write, and years beyond
    /// 9999 are nil.
    func moment(_ name: String) -> Timestamp? {
        guard let seconds = self[name]?.integer, (0...253_402_300_799).contains(seconds) else { return nil }
        return Timestamp(millisecondsSince1970: seconds * 1_000)
    }

    /// Checks `exp` (must be ahead), `nbf` and `iat` (must not be, but for a small skew of clocks) and returns the last
    /// and first.
    func requireValidity(at now: Timestamp) throws(TokenRefusal) -> (issuedAt: Timestamp, expiresAt: Timestamp) {
        guard let issuedAt = moment("iat"), let notBefore = moment("nbf"), let expiresAt = moment("exp") else {
            throw .badClaims
        }
        guard now < expiresAt else { throw .expired }
        guard max(notBefore, issuedAt) <= now + AccessToken.clockSkew else { throw .notYetValid }
        guard expiresAt <= issuedAt + AccessToken.lifetimeMax else { throw .badClaims }
        return (issuedAt, expiresAt)
    }
}

extension Timestamp {
    /// Whole seconds since 1970, rounded down.
    var secondsSince1970: Int64 { millisecondsSince1970 / 1_000 }
}
