import Contracts
import Platform
import Testing

@testable import NotifyService

@Suite struct DeliveryPolicyTests {
    private let policy = DeliveryPolicy()

    private func outcome(_ kind: DeliveryOutcome.Kind, retryAfter: Duration? = nil) -> DeliveryOutcome {
        .failure(kind, code: nil, "x", retryAfter: retryAfter)
    }

    private func wait(_ outcome: DeliveryOutcome, _ attempts: Int, _ random: Double) throws -> Duration {
        guard
            case .tryAgain(let wait) = policy.decide(outcome, attempts: attempts, persistence: .ladder, random: random)
        else { throw Unexpected() }
        return wait
    }

    private struct Unexpected: Error {}

    @Test(
        "The wait grows fourfold to four hours, and lies between half of that and all of it",
        arguments: [(1, 15), (2, 60), (3, 240), (4, 960), (5, 3_840), (6, 14_400), (7, 14_400)],
        [DeliveryOutcome.Kind.temporary, .unknown])
    func growth(step: (Int, Int), kind: DeliveryOutcome.Kind) throws {
        let full = Duration.seconds(step.1)
        #expect(try wait(outcome(kind), step.0, 0) == full / 2)
        #expect(try wait(outcome(kind), step.0, 0.5) == full * 3 / 4)
        let most = try wait(outcome(kind), step.0, 0.999_999)
        #expect(most <= full && most > full * 99 / 100)
        // Whatever the source of chance says, the bounds hold.
        for random in [-1, 1, 7, -Double.infinity, Double.infinity] {
            #expect((full / 2...full).contains(try wait(outcome(kind), step.0, random)))
        }
    }

    @Test("Any number of attempts keeps within the bounds", arguments: [0, 8, 30, 31, 1_000, Int.max])
    func bounds(attempts: Int) {
        var policy = policy
        policy.attemptsMax = .max
        for random in [0, 0.25, 0.999] {
            let decision = policy.decide(
                outcome(.temporary), attempts: attempts, persistence: .ladder, random: random)
            if attempts == .max {
                #expect(decision == .nextRung)
            } else if case .tryAgain(let wait) = decision {
                #expect((Duration.milliseconds(7_500)...policy.delayMax).contains(wait))
            } else {
                Issue.record("\(attempts)")
            }
        }
    }

    @Test func `The last attempt that is allowed is the last`() {
        for kind in [DeliveryOutcome.Kind.temporary, .unknown] {
            for (persistence, most) in [(DeliveryPolicy.Persistence.ladder, 8), (.lastEmail, 44)] {
                func decide(_ attempts: Int) -> DeliveryPolicy.Decision {
                    policy.decide(outcome(kind), attempts: attempts, persistence: persistence, random: 0)
                }
                #expect(decide(most - 1) != .nextRung)
                #expect(decide(most) == .nextRung)
                #expect(decide(most + 1) == .nextRung)
            }
        }
    }

    @Test func `An email without another channel is tried for some four to five days`() throws {
        for (random, days) in [(0.0, 3.0...3.4), (0.5, 4.6...5.0), (0.999_999, 6.2...6.6)] {
            var total = Duration.zero
            for attempts in 1..<policy.lastEmailAttemptsMax {
                guard
                    case .tryAgain(let wait) = policy.decide(
                        outcome(.temporary), attempts: attempts, persistence: .lastEmail, random: random)
                else { throw Unexpected() }
                total += wait
            }
            #expect(days.contains(total.inSeconds / 86_400), "\(total.inSeconds / 86_400)")
        }
    }

    @Test func `What only an operator can mend waits longer and is tried more often`() throws {
        for (attempts, minutes) in [(1, 5), (2, 10), (3, 20), (5, 80), (6, 120), (39, 120)] {
            let full = Duration.seconds(minutes * 60)
            #expect(try wait(outcome(.misconfigured), attempts, 0) == full / 2)
            #expect(try wait(outcome(.misconfigured), attempts, 1) == full)
        }
        #expect(policy.decide(outcome(.misconfigured), attempts: 40, persistence: .lastEmail, random: 0) == .nextRung)
    }

    @Test func `A refusal for good and a success decide at once`() {
        for attempts in [1, 8] {
            func decide(_ outcome: DeliveryOutcome) -> DeliveryPolicy.Decision {
                policy.decide(outcome, attempts: attempts, persistence: .lastEmail, random: 0.5)
            }
            #expect(decide(outcome(.permanent)) == .nextRung)
            #expect(decide(outcome(.interrupted)) == .nextRung)
            #expect(decide(.sent("1")) == .succeeded(.sent))
            #expect(decide(DeliveryOutcome(kind: .simulated)) == .succeeded(.simulated))
        }
    }

    @Test func `A provider is left alone as long as it asks, up to a day`() throws {
        #expect(try wait(outcome(.temporary, retryAfter: .seconds(600)), 1, 1) == .seconds(600))
        #expect(try wait(outcome(.temporary, retryAfter: .seconds(1)), 1, 0) == .milliseconds(7_500))
        #expect(try wait(outcome(.temporary, retryAfter: .seconds(86_400)), 1, 0) == .seconds(86_400))
        #expect(try wait(outcome(.temporary, retryAfter: .seconds(86_401)), 1, 0) == .seconds(86_400))
        #expect(try wait(outcome(.temporary, retryAfter: .seconds(-5)), 1, 0) == .milliseconds(7_500))
        #expect(try wait(outcome(.misconfigured, retryAfter: .seconds(7_200)), 1, 0) == .seconds(7_200))
    }
}
