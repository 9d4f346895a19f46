import Foundation
import JSONCoding
import ObjectStore
import Platform
import Settings
import Testing

/// Against botocore: `Fixtures/signatures.json` is what `Fixtures/make_signatures.py` printed.
struct SignatureOracleTests {
    @Test func `signatures for awkward keys, queries and hosts are botocore's`() throws {
        let file = try #require(
            Bundle.module.url(forResource: "signatures", withExtension: "json", subdirectory: "Fixtures"))
        let cases = try #require(try JSONValue(parsing: Array(Data(contentsOf: file))).array)
        let signer = SignatureV4(
            scope: SignatureV4.Scope(
                credentials: S3Credentials(accessKeyID: "oracle-key", secretAccessKey: Secret("oracle/secret+1")),
                region: "eu-central-1"),
            at: try #require(Timestamp(rfc3339: "2026-01-15T08:30:00Z")))
        #expect(cases.count > 50)
        for item in cases {
            let path = try #require(item["path"]?.string)
            let request = CanonicalRequest(
                method: try #require(item["method"]?.string), path: path,
                query: (item["query"]?.array ?? []).map { pair in
                    CanonicalRequest.Item(pair[0]?.string ?? "", pair[1]?.string ?? "")
                },
                headers: [
                    CanonicalRequest.Item("host", try #require(item["host"]?.string)),
                    CanonicalRequest.Item("x-amz-date", signer.time),
                    CanonicalRequest.Item("x-amz-content-sha256", CanonicalRequest.emptyPayload),
                    CanonicalRequest.Item("x-amz-meta-note", "  two   spaces "),
                ], payloadHash: CanonicalRequest.emptyPayload)
            #expect(signer.signature(request) == item["signature"]?.string, "\(path)")
        }
    }
}
