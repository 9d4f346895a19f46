import JSONCoding
import Lifecycle
package import Logs
package import Metrics
package import Platform
package import SQL

/// Delivers the messages of an ``Outbox``, as a part of the service that owns it.
///
/// Targets are served side by side, the messages of one target one after the other. A failed delivery is tried again after a
/// growing wait, for as long as it takes; what the receiver refuses for good (`JobFailure.permanent`) is kept aside with the
/// error, so that it does not hold up the rest. One process on a database delivers at a time, by lease.
package final class OutboxDispatcher: Service {
    /// Hands a message to its target; returns once the target has taken it. Called again with the same message after an
    /// error, and possibly after a success that a crash has hidden.
    package typealias Sender = @Sendable (OutboxMessage) async throws -> Void

    private static let pollInterval = Duration.seconds(1)
    private static let lease = Duration.seconds(10)
    private static let batch = 100

    private let outbox: Outbox
    private let database: any SQLDatabase
    private let clock: MachineClock
    private let logger: Logger
    private let sender: Sender
    private let worker = Identifier.make().description
    private let delivered: Counter
    private let failed: Counter
    private let targets = Lock<[String: TargetPause]>([:])
    private let stop = StopSignal()
    private let ended = StopSignal()
    private let hasBegun = Lock(false)

    package var serviceName: String { "outbox" }

    package init(
        outbox: Outbox, database: any SQLDatabase, time: any TimeSource = SystemTime(), logger: Logger,
        metrics: MetricRegistry, sender: @escaping Sender
    ) {
        self.outbox = outbox
        self.database = database
        clock = MachineClock(time: time)
        self.logger = logger
        self.sender = sender
        func counter(_ state: String) -> Counter {
            metrics.counter(
                "outbox_deliveries_total", help: "Deliveries of messages to other services.",
                labels: [(name: "state", value: state)])
        }
        delivered = counter("delivered")
        failed = counter("failed")
    }

    /// Delivers until `shutdown()` or cancellation.
    package func run() async throws {
        hasBegun.withLock { $0 = true }
        defer { ended.fire(.shutdown) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.tick() }
            group.addTask {
                _ = await self.stop.wait()
                self.outbox.pulse.finish()
            }
            for await _ in outbox.pulse.stream { await deliverAll() }
            group.cancelAll()
        }
    }

    /// Finishes the deliveries that are under way.
    package func shutdown() async {
        stop.fire(.shutdown)
        if hasBegun.withLock({ $0 }) { _ = await ended.wait() }
    }

    /// The safety net beside the signal of `enqueue`: retries that are due, messages of a process that died.
    private func tick() async {
        while !Task.isCancelled {
            outbox.pulse.fire()
            try? await clock.time.sleep(for: Self.pollInterval)
        }
    }

    /// One round: delivers what is there for every target that is not being waited for.
    private func deliverAll() async {
        do {
            let now = clock.time.monotonic
            let open = try await database.read { connection in
                try connection.query("SELECT DISTINCT target FROM outbox WHERE refused = 0")
                    .map { try $0.get("target", as: String.self) }
            }
            let due = targets.withLock { targets in open.filter { targets[$0]?.isOver(at: now) ?? true } }
            guard !due.isEmpty, try await takeLease() else { return }
            await withDiscardingTaskGroup { group in
                for target in due {
                    group.addTask { await self.deliver(to: target) }
                }
            }
        } catch {
            logger.warning("looking after the outbox failed", [("error", "\(error)")])
        }
    }

    private func deliver(to target: String) async {
        do {
            let messages = try await database.read { connection in
                try connection.query(
                    """
                    SELECT id, target, path, payload, sequence FROM outbox
                    WHERE target = \(target) AND refused = 0 ORDER BY sequence LIMIT \(Self.batch)
                    """
                ).map(OutboxMessage.init(row:))
            }
            for message in messages {
                guard stop.reason == nil, !Task.isCancelled, try await takeLease() else { return }
                try await deliver(message)
            }
            targets.withLock { $0[target] = nil }
            if messages.count == Self.batch { outbox.pulse.fire() }
        } catch {
            failed.add()
            let now = clock.time.monotonic
            let pause = targets.withLock { targets in
                let next = (targets[target] ?? TargetPause()).afterFailure(at: now, random: .random(in: 0..<1))
                targets[target] = next
                return next
            }
            logger.warning(
                "delivery failed",
                [("outbox.target", target), ("outbox.failures", "\(pause.failures)"), ("error", "\(error)")])
        }
    }

    private func deliver(_ message: OutboxMessage) async throws {
        do {
            try await sender(message)
        } catch JobFailure.permanent(let reason) {
            failed.add()
            logger.error(
                "delivery refused",
                [("outbox.id", "\(message.id)"), ("outbox.target", message.target), ("error", reason)])
            try await database.write { connection in
                _ = try connection.execute(
                    """
                    UPDATE outbox SET refused = 1, attempts = attempts + 1, error = \(String(reason.prefix(2000)))
                    WHERE id = \(message.id)
                    """)
            }
            return
        }
        try await database.write { connection in
            _ = try connection.execute("DELETE FROM outbox WHERE id = \(message.id)")
        }
        delivered.add()
    }

    /// Takes or prolongs the right to deliver; false while another process has it.
    private func takeLease() async throws -> Bool {
        let (worker, boot, now) = (worker, clock.boot, clock.now)
        let until = clock.nanoseconds(after: Self.lease)
        // Half of it is enough of a margin to send one message; a write for every message would cost more than it sends.
        let isFresh = try await database.read { connection in
            try connection.first(
                """
                SELECT 1 AS held FROM leases WHERE name = 'outbox' AND worker = \(worker) AND boot = \(boot)
                    AND until > \((until - now) / 2 + now)
                """) != nil
        }
        if isFresh { return true }
        return try await database.write { connection in
            try connection.execute(
                """
                INSERT INTO leases (name, worker, boot, until) VALUES ('outbox', \(worker), \(boot), \(until))
                ON CONFLICT (name) DO UPDATE SET worker = \(worker), boot = \(boot), until = \(until)
                WHERE leases.worker = \(worker) OR leases.boot <> \(boot) OR leases.until <= \(now)
                """) == 1
        }
    }
}

/// How long a target is left alone after failures.
struct TargetPause: Sendable, Equatable {
    private static let policy: RetryPolicy = {
        var policy = RetryPolicy()
        policy.baseDelay = .seconds(1)
        policy.delayMax = .seconds(60)
        return policy
    }()

    private(set) var failures = 0
    private var until = MonotonicInstant(nanoseconds: 0)

    func isOver(at now: MonotonicInstant) -> Bool { now >= until }

    func afterFailure(at now: MonotonicInstant, random: Double) -> TargetPause {
        var next = self
        next.failures += 1
        next.until = now + Self.policy.delay(afterAttempt: next.failures, random: random)
        return next
    }
}
