import HTTPMessages
import JSONCoding
import Logs
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
    private let logger: Logger
    /// What is known to be down, so that only changes are logged.
    private var down: Set<String> = []
    private var cached: (result: Result, until: MonotonicInstant)?

    struct Result: Sendable {
        var isReady: Bool
        var states: [(name: String, state: String)]
    }

    init(checks: [ReadinessCheck], draining: DrainFlag, time: any TimeSource, logger: Logger) {
        self.checks = checks
        self.draining = draining
        self.time = time
        self.logger = logger
    }

    /// The present state; dependencies are asked at the same time.
    func result() async -> Result {
        if draining.isRaised { return Result(isReady: false, states: [("service", "stopping")]) }
        if let cached, time.monotonic < cached.until { return cached.result }
        let faults = await withTaskGroup(of: (Int, String?).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { [time] in (index, await Self.fault(check, time: time)) }
            }
            var faults = [String?](repeating: nil, count: checks.count)
            for await (index, fault) in group { faults[index] = fault }
            return faults
        }
        logChanges(faults)
        let states = zip(checks, faults).map { (name: $0.name, state: $1 == nil ? "up" : "down") }
        let result = Result(isReady: states.allSatisfy { $0.state == "up" }, states: states)
        cached = (result, time.monotonic + Self.resultLifetime)
        return result
    }

    /// The answer names states only; why a dependency is down is for the operator's log.
    private func logChanges(_ faults: [String?]) {
        for (check, fault) in zip(checks, faults) {
            if let fault {
                guard down.insert(check.name).inserted else { continue }
                logger.warning("a dependency is down", [("dependency", check.name), ("error", fault)])
            } else if down.remove(check.name) != nil {
                logger.info("a dependency is up again", [("dependency", check.name)])
            }
        }
    }

    /// Why the dependency is down; nil when it is up.
    private static func fault(_ check: ReadinessCheck, time: any TimeSource) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask {
                do {
                    try await check.check()
                    return nil
                } catch {
                    return String(describing: error)
                }
            }
            group.addTask {
                do { try await time.sleep(for: timeout) } catch { return "cancelled" }
                return "no answer within \(timeout)"
            }
            let first = await group.next() ?? nil
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
