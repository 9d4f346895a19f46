import LanguageModels
import Platform
import TestSupport
import Testing

@testable import NotifyService

@Suite struct ModelPresenceTests {
    /// A source that answers when the test lets it.
    private actor HeldSource: ModelSource {
        private(set) var asked = 0
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func current() async -> (any LanguageModel)? {
            asked += 1
            await withCheckedContinuation { waiting.append($0) }
            return nil
        }

        func answer() {
            for continuation in waiting { continuation.resume() }
            waiting = []
        }

        var isWaiting: Bool { !waiting.isEmpty }
    }

    @Test func `Nobody waits for the answer, and one question is enough for all`() async {
        let (source, time) = (HeldSource(), ManualTime())
        let presence = ModelPresence(models: source, time: time)
        for _ in 0..<100 { #expect(!presence.isPresent) }
        while await !source.isWaiting { await Task.yield() }
        #expect(!presence.isPresent)
        #expect(await source.asked == 1)
        await source.answer()
    }

    @Test func `What is known is asked again when it is old`() async {
        let (source, time) = (HeldSource(), ManualTime())
        let presence = ModelPresence(models: source, time: time)
        async let first: Void = presence.ask()
        while await !source.isWaiting { await Task.yield() }
        await source.answer()
        await first
        #expect(!presence.isPresent)
        #expect(await source.asked == 1)
        time.advance(by: ModelPresence.lifetime)
        #expect(!presence.isPresent)
        while await source.asked < 2 { await Task.yield() }
        while await !source.isWaiting { await Task.yield() }
        await source.answer()
    }
}
