import HTTPMessages
import JSONCoding
import Platform
import Synchronization

/// Answers `GET /ready`: asks every dependency, names each with its state, and keeps the result for a second so that
/// probes cannot become load.
package actor ReadinessProbe {
    /// How long one dependency may take to answer before it counts as down.
    static let timeout = Duration.seconds(2)
    static let resultLifetime = Duration.seconds(1)

    private let checks: [ReadinessCheck]
    private let time: any TimeSource
    private let draining: DrainFlag
    private var cached: (result: Result, until: MonotonicInstant)?

    struct Result: Sendable {
        var isReady: Bool
        var states: [(name: String, state: String)]
    }

    init(checks: [ReadinessCheck], draining: DrainFlag, time: any TimeSource) {
        self.checks = checks
        self.draining = draining
        self.time = time
    }

    /// The present state; dependencies are asked at the same time.
    func result() async -> Result {
        if draining.isRaised { return Result(isReady: false, states: [("service", "stopping")]) }
        if let cached, time.monotonic < cached.until { return cached.result }
        let states = await withTaskGroup(of: (Int, String).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { [time] in
                    (index, await Self.isUp(check, time: time) ? "up" : "down")
                }
            }
            var states = [String](repeating: "down", count: checks.count)
            for await (index, state) in group { states[index] = state }
            return zip(checks, states).map { (name: $0.name, state: $1) }
        }
        let result = Result(isReady: states.allSatisfy { $0.state == "up" }, states: states)
        cached = (result, time.monotonic + Self.resultLifetime)
        return result
    }

    private static func isUp(_ check: ReadinessCheck, time: any TimeSource) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await check.check()) != nil }
            group.addTask {
                try? await time.sleep(for: timeout)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }
}

/// Raised when the service begins to stop, so that `/ready` fails before connections do.
package final class DrainFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isRaised: Bool { flag.load(ordering: .acquiring) }
    func raise() { flag.store(true, ordering: .releasing) }
}
