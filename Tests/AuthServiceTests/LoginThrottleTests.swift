import Platform
import Testing

@testable import AuthService

@Suite struct LoginThrottleTests {
    let now = Timestamp(millisecondsSince1970: 1_800_000_000_000)
    let throttle = LoginThrottle(failuresMax: 5)

    private func history(_ recent: Int, total: Int? = nil, ago: Duration = .zero) -> LoginThrottle.History {
        LoginThrottle.History(recent: recent, total: total ?? recent, last: recent == 0 ? nil : now - ago)
    }

    @Test func `Four failures cost nothing, the fifth half a minute`() {
        #expect(throttle.wait(for: history(0), at: now) == nil)
        #expect(throttle.wait(for: history(4), at: now) == nil)
        #expect(throttle.wait(for: history(5), at: now) == .seconds(30))
        #expect(throttle.wait(for: history(5, ago: .seconds(29)), at: now) == .seconds(1))
        #expect(throttle.wait(for: history(5, ago: .seconds(30)), at: now) == nil)
    }

    @Test func `Each further failure of the day doubles the wait, up to a quarter of an hour`() {
        let waits = (5...12).map { throttle.wait(afterFailures: $0).components.seconds }
        #expect(waits == [30, 60, 120, 240, 480, 900, 900, 900])
        #expect(throttle.wait(afterFailures: .max) == .seconds(900))
        #expect(throttle.wait(for: history(5, total: 8), at: now) == .seconds(240))
    }

    @Test func `A clock that was set back does not lengthen the wait`() {
        #expect(throttle.wait(for: history(5, ago: .seconds(-3_600)), at: now) == .seconds(30))
    }
}
