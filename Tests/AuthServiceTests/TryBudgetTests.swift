import Platform
import Testing

@testable import AuthService

@Suite struct TryBudgetTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    @Test func `So many tries and no more, each network for itself, refilled steadily`() {
        var budget = TryBudget(tries: 3, window: .seconds(30))
        #expect(budget.take("a", at: start) == .granted)
        #expect(budget.take("a", at: start) == .granted)
        #expect(budget.take("a", at: start) == .grantedLast)
        #expect(budget.take("a", at: start) == .refused(.seconds(10)))
        #expect(budget.take("b", at: start) == .granted)
        #expect(budget.take("a", at: start + .milliseconds(9_999)) != .grantedLast)
        #expect(budget.take("a", at: start + .seconds(10)) == .grantedLast)
        #expect(budget.take("a", at: start + .seconds(10)) == .refused(.seconds(10)))
        for _ in 0..<2 { #expect(budget.take("a", at: start + .seconds(1_000)) == .granted) }
        #expect(budget.take("a", at: start + .seconds(1_000)) == .grantedLast)
    }

    @Test func `A try that proved right is given back, and never more than were taken`() {
        var budget = TryBudget(tries: 2, window: .seconds(20))
        for _ in 0..<50 {
            #expect(budget.take("a", at: start) == .granted)
            budget.giveBack("a", at: start)
        }
        budget.giveBack("a", at: start)
        #expect(budget.take("a", at: start) == .granted)
        #expect(budget.take("a", at: start) == .grantedLast)
        #expect(budget.take("a", at: start) != .granted)
    }

    @Test func `Any number of networks takes bounded memory and does not free the guilty one`() {
        var budget = TryBudget(tries: 2, window: .seconds(20))
        _ = budget.take("guilty", at: start)
        _ = budget.take("guilty", at: start)
        for index in 0..<(3 * TryBudget.networksMax) { _ = budget.take("n\(index)", at: start) }
        #expect(budget.count <= TryBudget.networksMax)
        #expect(budget.take("guilty", at: start) == .refused(.seconds(10)))
    }
}
