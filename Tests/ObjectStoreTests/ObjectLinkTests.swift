import HTTPMessages
import ObjectStore
import Platform
import TestSupport
import Testing

struct ObjectLinkTests {
    private let time = ManualTime()
    private let signer: ObjectLinkSigner

    init() {
        signer = ObjectLinkSigner(baseURL: "/files", secret: Array("0123456789abcdef0123456789abcdef".utf8), time: time)
    }

    private func grant(_ link: String) -> ObjectLinkSigner.Grant? {
        let parts = link.split(separator: "?", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0].hasPrefix("/files/") else { return nil }
        return signer.grant(path: parts[0].dropFirst("/files/".count), query: QueryItems(parsing: parts[1]))
    }

    @Test(arguments: S3ObjectStoreTests.awkwardKeys)
    func `a link gives its object`(text: String) throws {
        let key = try ObjectKey(text)
        #expect(grant(signer.link(key, lifetime: .seconds(60), fileName: nil))?.key == key)
        let named = grant(signer.link(key, lifetime: .seconds(60), fileName: "a & b=c\n/é.txt"))
        #expect(named?.key == key && named?.fileName == "a & b=c\n/é.txt")
    }

    @Test func `a link ends when its time is over, after a week at the latest`() throws {
        let key = try ObjectKey("a/b")
        let short = signer.link(key, lifetime: .seconds(60), fileName: nil)
        let long = signer.link(key, lifetime: .seconds(10_000_000), fileName: nil)
        time.advance(by: .seconds(59))
        #expect(grant(short) != nil)
        time.advance(by: .seconds(1))
        #expect(grant(short) == nil)
        time.advance(by: .seconds(604_800 - 61))
        #expect(grant(long) != nil)
        time.advance(by: .seconds(1))
        #expect(grant(long) == nil)
    }

    @Test func `every changed byte of a link is noticed`() throws {
        let link = signer.link(try ObjectKey("a b/c.txt"), lifetime: .seconds(60), fileName: "n.txt")
        #expect(grant(link) != nil)
        let characters = Array(link)
        for index in characters.indices.dropFirst("/files/".count) {
            var changed = characters
            changed[index] = changed[index] == "0" ? "1" : "0"
            // The last character of base64url carries two bits that mean nothing; a strict decoder refuses them, too.
            #expect(grant(String(changed)) == nil, "\(String(changed))")
        }
    }

    @Test func `links of another secret, without parts or with odd paths give nothing`() throws {
        let other = ObjectLinkSigner(baseURL: "/files", secret: [UInt8](repeating: 1, count: 32), time: time)
        #expect(grant(other.link(try ObjectKey("a"), lifetime: .seconds(60), fileName: nil)) == nil)
        for link in [
            "/files/a", "/files/a?expires=9999999999", "/files/../a?expires=9999999999&signature=AA",
            "/files/%2e%2e/a?expires=9999999999&signature=", "/files/?expires=1&signature=AAAA", "/files/%ff?expires=1",
        ] {
            #expect(grant(link) == nil)
        }
    }

    @Test func `the disk store makes links when it was given a signer`() async throws {
        let folder = try TemporaryFolder()
        let key = try ObjectKey("a/b")
        let store = try await DiskObjectStore(root: folder.path, links: signer)
        #expect(grant(try store.link(key, lifetime: .seconds(5), fileName: nil))?.key == key)
        let plain = try await DiskObjectStore(root: folder.path)
        #expect(throws: ObjectStoreError.self) { try plain.link(key, lifetime: .seconds(5), fileName: nil) }
        try await plain.checkReachable()
    }
}
