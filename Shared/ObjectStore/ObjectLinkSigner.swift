import Crypto
package import HTTPMessages
package import Platform

/// Makes and checks links to the objects of a store that has no server of its own: the service that owns the store serves
/// them under `baseURL`.
///
/// A link is `{baseURL}/{key}?expires={unix seconds}[&name={file name}]&signature={HMAC-SHA-256, base64url}`. The
/// signature covers all of it, so that neither key nor time nor name can be changed.
package struct ObjectLinkSigner: Sendable {
    /// As long as S3's.
    package static let lifetimeMax = Duration.seconds(604_800)

    private let baseURL: String
    private let secret: [UInt8]
    private let time: any TimeSource

    /// - Parameters:
    ///   - baseURL: Without trailing slash; may be a path alone, such as `/files`.
    ///   - secret: At least 32 bytes, known to all replicas.
    package init(baseURL: String, secret: [UInt8], time: any TimeSource) {
        self.baseURL = baseURL
        self.secret = secret
        self.time = time
    }

    package func link(_ key: ObjectKey, lifetime: Duration, fileName: String?) -> String {
        let end = time.wall + min(max(lifetime, .seconds(1)), Self.lifetimeMax)
        let expires = end.millisecondsSince1970 / 1000
        let name = fileName.map { "&name=\(PercentCoding.encode($0))" } ?? ""
        let signature = Base64.encodeURL(code(key: key.description, expires: expires, fileName: fileName))
        let path = CanonicalRequest.encodePath(key.description)
        return "\(baseURL)/\(path)?expires=\(expires)\(name)&signature=\(signature)"
    }

    /// What a good link gives.
    package struct Grant: Sendable, Hashable {
        package let key: ObjectKey
        package let fileName: String?
    }

    /// Checks a link that was followed.
    ///
    /// - Parameters:
    ///   - path: What follows `baseURL/`, still percent-encoded.
    ///   - query: The query of the request.
    /// - Returns: nil for a wrong or changed link and for one whose time is over; nothing tells which.
    package func grant(path: some StringProtocol, query: QueryItems) -> Grant? {
        guard let text = PercentCoding.decode(path), let key = try? ObjectKey(text), !query.isMalformed,
            let expires = query["expires"].flatMap({ Int64($0) }),
            let signature = query["signature"].flatMap({ Base64.decodeURL($0) })
        else { return nil }
        let fileName = query["name"]
        let isGood = constantTimeEqual(signature, code(key: text, expires: expires, fileName: fileName))
        guard isGood, time.wall.millisecondsSince1970 / 1000 < expires else { return nil }
        return Grant(key: key, fileName: fileName)
    }

    private func code(key: String, expires: Int64, fileName: String?) -> [UInt8] {
        // Keys have no line breaks; the name comes last, so nothing can be moved from one part to another.
        let message = "lectern object link\n\(expires)\n\(key)\n" + (fileName.map { "\n\($0)" } ?? "")
        return HMAC.sha256(Array(message.utf8), key: secret)
    }
}
