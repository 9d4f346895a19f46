import Crypto
package import Platform
package import Settings

/// Signs requests by AWS Signature Version 4 (Amazon S3 API reference, "Authenticating Requests").
///
/// A value without clock and I/O. Three steps as published: canonical request, string to sign, signature.
package struct SignatureV4: Sendable {
    package static let algorithm = "AWS4-HMAC-SHA256"
    /// The longest life of a presigned URL: a week.
    package static let lifetimeSecondsMax = 604_800

    /// Who signs, where and what for.
    package struct Scope: Sendable {
        package var credentials: S3Credentials
        package var region: String
        package var service: String

        package init(credentials: S3Credentials, region: String, service: String = "s3") {
            self.credentials = credentials
            self.region = region
            self.service = service
        }
    }

    package let scope: Scope
    /// `20130524T000000Z`.
    package let time: String

    package init(scope: Scope, at moment: Timestamp) {
        self.scope = scope
        time = Self.format(moment)
    }

    /// The day, which is part of the key, and with it of each signature.
    package var day: Substring { time.prefix(8) }
    package var credentialScope: String { "\(day)/\(scope.region)/\(scope.service)/aws4_request" }

    /// Step 2.
    package func stringToSign(_ request: CanonicalRequest) -> String {
        "\(Self.algorithm)\n\(time)\n\(credentialScope)\n\(request.sha256)"
    }

    /// The key of one day, region and service: HMAC upon HMAC, so that it says nothing about the secret.
    package var signingKey: [UInt8] {
        var key = Array("AWS4\(scope.credentials.secretAccessKey.revealed)".utf8)
        for part in [String(day), scope.region, scope.service, "aws4_request"] {
            key = HMAC.sha256(Array(part.utf8), key: key)
        }
        return key
    }

    /// Step 3, in hex.
    package func signature(_ request: CanonicalRequest) -> String {
        Hex.encode(HMAC.sha256(Array(stringToSign(request).utf8), key: signingKey))
    }

    /// The value of the `Authorization` field.
    package func authorization(_ request: CanonicalRequest) -> String {
        let credential = "\(scope.credentials.accessKeyID)/\(credentialScope)"
        return "\(Self.algorithm) Credential=\(credential),SignedHeaders=\(request.signedHeaders),"
            + "Signature=\(signature(request))"
    }

    /// The query of a URL that carries its signature: what it is good for ends `lifetimeSeconds` after `time`.
    ///
    /// - Parameters:
    ///   - host: As the client will send it: with its port unless that is the scheme's own.
    ///   - path: Percent-encoded.
    ///   - extra: Further items, such as `response-content-disposition`.
    package func presignedQuery(
        method: String, host: String, path: String, lifetimeSeconds: Int, extra: [CanonicalRequest.Item] = []
    ) -> String {
        var request = CanonicalRequest(
            method: method, path: path, query: extra, headers: [CanonicalRequest.Item("host", host)],
            payloadHash: CanonicalRequest.unsignedPayload)
        let lifetime = min(max(1, lifetimeSeconds), Self.lifetimeSecondsMax)
        request.query += [
            CanonicalRequest.Item("X-Amz-Algorithm", Self.algorithm),
            CanonicalRequest.Item("X-Amz-Credential", "\(scope.credentials.accessKeyID)/\(credentialScope)"),
            CanonicalRequest.Item("X-Amz-Date", time),
            CanonicalRequest.Item("X-Amz-Expires", String(lifetime)),
            CanonicalRequest.Item("X-Amz-SignedHeaders", "host"),
        ]
        return "\(request.canonicalQuery)&X-Amz-Signature=\(signature(request))"
    }

    private static func format(_ moment: Timestamp) -> String {
        // RFC 3339 in UTC with the punctuation and the fraction left out.
        let text = moment.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" }
        return "\(text)Z"
    }
}

/// An access key and its secret.
package struct S3Credentials: Sendable, Hashable {
    package let accessKeyID: String
    package let secretAccessKey: Secret

    package init(accessKeyID: String, secretAccessKey: Secret) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }
}
