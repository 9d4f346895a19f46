import KeyValue
import Logs
import Platform
import TestSupport
import Testing

@testable import IngestService

@Suite struct SubjectCacheTests {
    private let time = ManualTime()
    private let user = Identifier.make()

    private func cache() -> SubjectCache {
        SubjectCache(store: MemoryKeyValueStore(time: time), logger: Logger(name: "test", sink: MemoryLogSink()))
    }

    private func subject(_ name: String) -> Subject {
        let now = Timestamp(millisecondsSince1970: 1_700_000_000_000)
        return Subject(id: .make(), name: name, color: "red", lectureCount: 2, createdAt: now, updatedAt: now)
    }

    @Test func `a list is kept for half an hour`() async {
        let cache = cache()
        let list = [subject("a"), subject("b")]
        await cache.keep(list, userID: user)
        time.advance(by: .seconds(1_799))
        #expect(await cache.subjects(userID: user) == list)
        time.advance(by: .seconds(2))
        #expect(await cache.subjects(userID: user) == nil)
    }

    @Test func `a list read before a change and kept after it is not served`() async {
        let cache = cache()
        let stale = [subject("old")]
        await cache.invalidate(userID: user)
        await cache.keep(stale, userID: user)
        #expect(await cache.subjects(userID: user) == nil)
        time.advance(by: SubjectCache.markLifetime + .seconds(1))
        #expect(await cache.subjects(userID: user) == nil)
        await cache.keep([], userID: user)
        #expect(await cache.subjects(userID: user) == [])
    }
}
