import Crypto
import ObjectStore
import Platform
import Settings
import Testing

/// Requests of Amazon's documentation with the signatures printed there ("Signature Calculations for the Authorization
/// Header: Transferring Payload in a Single Chunk", "Authenticating Requests: Using Query Parameters").
struct SignatureTests {
    private let host = CanonicalRequest.Item("host", "examplebucket.s3.amazonaws.com")
    private let date = CanonicalRequest.Item("x-amz-date", "20130524T000000Z")
    private let empty = CanonicalRequest.Item("x-amz-content-sha256", CanonicalRequest.emptyPayload)

    private func signer(
        at text: String = "2013-05-24T00:00:00Z", key: String = "AKIAIOSFODNN7EXAMPLE",
        secret: String = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", service: String = "s3"
    ) throws -> SignatureV4 {
        let credentials = S3Credentials(accessKeyID: key, secretAccessKey: Secret(secret))
        return SignatureV4(
            scope: SignatureV4.Scope(credentials: credentials, region: "us-east-1", service: service),
            at: try #require(Timestamp(rfc3339: text)))
    }

    @Test func `GET of a range has the signature that Amazon prints`() throws {
        let request = CanonicalRequest(
            method: "GET", path: "/test.txt", query: [],
            headers: [host, CanonicalRequest.Item("Range", "bytes=0-9"), empty, date],
            payloadHash: CanonicalRequest.emptyPayload)
        #expect(request.sha256 == "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972")
        let signer = try signer()
        #expect(
            signer.stringToSign(request)
                == "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n\(request.sha256)")
        #expect(
            signer.signature(request) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        #expect(
            signer.authorization(request)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test func `PUT with a body and a key that must be encoded has the signature that Amazon prints`() throws {
        let digest = Hex.encode(SHA256.digest(of: Array("Welcome to Amazon S3.".utf8)))
        let request = CanonicalRequest(
            method: "PUT", path: CanonicalRequest.encodePath("/test$file.text"), query: [],
            headers: [
                CanonicalRequest.Item("Date", "Fri, 24 May 2013 00:00:00 GMT"), host, date,
                CanonicalRequest.Item("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                CanonicalRequest.Item("x-amz-content-sha256", digest),
            ], payloadHash: digest)
        #expect(request.path == "/test%24file.text")
        #expect(
            try signer().signature(request) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    }

    @Test func `queries without a value and with several items have the signatures that Amazon prints`() throws {
        var request = CanonicalRequest(
            method: "GET", path: "/", query: [CanonicalRequest.Item("lifecycle", "")], headers: [host, empty, date],
            payloadHash: CanonicalRequest.emptyPayload)
        #expect(
            try signer().signature(request) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
        request.query = [CanonicalRequest.Item("prefix", "J"), CanonicalRequest.Item("max-keys", "2")]
        #expect(request.canonicalQuery == "max-keys=2&prefix=J")
        #expect(
            try signer().signature(request) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    }

    @Test func `a presigned URL has the signature that Amazon prints`() throws {
        let query = try signer().presignedQuery(
            method: "GET", host: host.value, path: "/test.txt", lifetimeSeconds: 86_400)
        #expect(
            query
                == "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    @Test func `the signing key is derived as Amazon's example derives it`() throws {
        let signer = try signer(
            at: "2015-08-30T12:36:00Z", key: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            service: "iam")
        #expect(
            Hex.encode(signer.signingKey) == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
        let request = CanonicalRequest(
            method: "GET", path: "/",
            query: [CanonicalRequest.Item("Action", "ListUsers"), CanonicalRequest.Item("Version", "2010-05-08")],
            headers: [
                CanonicalRequest.Item("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
                CanonicalRequest.Item("Host", "iam.amazonaws.com"),
                CanonicalRequest.Item("X-Amz-Date", "20150830T123600Z"),
            ], payloadHash: CanonicalRequest.emptyPayload)
        #expect(request.sha256 == "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59")
        #expect(
            signer.signature(request) == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    }

    @Test func `ports, encoded keys and further items of a presigned URL are signed`() throws {
        let signer = try signer(at: "2026-01-15T08:30:00Z", key: "teamkey", secret: "team-secret-1")
        let plain = signer.presignedQuery(
            method: "GET", host: "localhost:9000", path: "/notes/p1.pdf", lifetimeSeconds: 600)
        #expect(plain.hasSuffix("980f3cf66863997a171df4cef0dc89ebaea04d094a23ae8df4f355d883e5c1a6"))
        let path = CanonicalRequest.encodePath("/notes/a b/über.pdf")
        #expect(path == "/notes/a%20b/%C3%BCber.pdf")
        let odd = signer.presignedQuery(
            method: "GET", host: "localhost:9000", path: path, lifetimeSeconds: 600,
            extra: [CanonicalRequest.Item("response-content-disposition", "attachment; filename=\"x.pdf\"")])
        #expect(odd.hasSuffix("c80ec42fd0bc0dde0795051fa4bb0cc0f66f67157f377a711ff5caf9754296a6"))
        let digest = Hex.encode(SHA256.digest(of: Array("hello".utf8)))
        let put = CanonicalRequest(
            method: "PUT", path: "/notes/p1.txt", query: [],
            headers: [
                CanonicalRequest.Item("host", "localhost:9000"), CanonicalRequest.Item("x-amz-date", signer.time),
                CanonicalRequest.Item("x-amz-content-sha256", digest),
            ], payloadHash: digest)
        #expect(put.sha256 == "dd92b8d6b8f6ff2101250c35317d1978ccc6efb1bd0a1630ef4e49fb180ec623")
        #expect(signer.signature(put) == "651c839abac3827563a9cc3dee0eacd475367c7cd4c25437ec13ab5ade85bf98")
    }

    @Test func `headers are lower-cased, sorted, joined and freed of superfluous space`() {
        let request = CanonicalRequest(
            method: "GET", path: "/", query: [],
            headers: [
                CanonicalRequest.Item("x-amz-meta-a-b", "2"), CanonicalRequest.Item("X-Amz-Meta-A", "  one   two "),
                CanonicalRequest.Item("x-amz-meta-a", "three"), CanonicalRequest.Item("Host", "h"),
            ], payloadHash: "p")
        #expect(
            request.text
                == "GET\n/\n\nhost:h\nx-amz-meta-a:one two,three\nx-amz-meta-a-b:2\n\nhost;x-amz-meta-a;x-amz-meta-a-b\np"
        )
    }

    @Test func `query items are sorted after encoding, and by value when names are equal`() {
        let request = CanonicalRequest(
            method: "GET", path: "/",
            query: [
                CanonicalRequest.Item("b", ""), CanonicalRequest.Item("a", "z"), CanonicalRequest.Item("a", "a b+/é"),
                CanonicalRequest.Item("A", "~"),
            ], headers: [], payloadHash: "p")
        #expect(request.canonicalQuery == "A=~&a=a%20b%2B%2F%C3%A9&a=z&b=")
    }

    @Test func `a life longer than a week is cut to a week`() throws {
        let query = try signer().presignedQuery(method: "GET", host: "h", path: "/", lifetimeSeconds: .max)
        #expect(query.contains("X-Amz-Expires=604800&"))
    }

    @Test(arguments: [
        ("localhost:9000", "http://localhost:9000"), ("minio", "http://minio"),
        ("https://S3.example.org:443/", "https://s3.example.org"), ("http://h:80", "http://h"),
        ("https://h:80/base/s3/", "https://h:80/base/s3"), ("http://[::1]:9000", "http://[::1]:9000"),
    ])
    func `endpoints are taken with and without scheme, port and path`(text: String, meaning: String) {
        #expect(S3Endpoint(text)?.description == meaning)
    }

    @Test(arguments: [
        "", "ftp://h", "http://", "http://u:p@h", "h:0", "h:65536", "h:x", "http://h/a?b", "http://h/../x", "h h",
        "http://h//x", "http://h#f",
    ])
    func `endpoints that mean nothing are refused`(text: String) {
        #expect(S3Endpoint(text) == nil)
    }

    @Test func `bucket names are those that S3 allows`() {
        for good in ["abc", "a.b-c", "0a9", String(repeating: "a", count: 63)] {
            #expect(S3Configuration.isBucketName(good))
        }
        for bad in ["", "ab", "Abc", "-ab", "ab-", "a..b", "a_b", "ä-b", String(repeating: "a", count: 64)] {
            #expect(!S3Configuration.isBucketName(bad))
        }
    }
}
