import Logs
import Platform
import SQL

/// What a queue does beside running jobs: keep its leases, find what is due or orphaned, fire schedules, clean up.
extension JobQueue {
    private static let cleaningInterval = Duration.seconds(3600)
    private static let rowsPerCleaning = 500
    private static let slotRetention = Duration.seconds(60 * 86_400)

    /// Prolongs the leases of what runs here, and stops what is to be cancelled or has been lost.
    func keepLeases() async {
        while !Task.isCancelled {
            do {
                try await table.clock.time.sleep(for: options.heartbeat)
            } catch {
                return
            }
            // Taken before the answer: what begins meanwhile is not missed in it.
            let runs = state.withLock { Array($0.runs.values) }
            if runs.isEmpty { continue }
            do {
                let beats = try await database.write { [table, options] in
                    try table.renew(lease: options.lease, in: $0)
                }
                compare(runs, with: beats)
            } catch {
                logger.warning("leases could not be prolonged", [("error", "\(error)")])
            }
        }
    }

    private func compare(_ runs: [JobRun], with beats: [JobTable.Beat]) {
        let held = Dictionary(beats.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for run in runs where !run.isEnded {
            guard let beat = held[run.lease.id], beat.fence == run.lease.fence else {
                run.signal.fire(.leaseLost)
                continue
            }
            if beat.isCancelRequested { run.signal.fire(.cancelRequested) }
        }
    }

    /// Looks at the table now and then for what no signal tells.
    func lookAfterTable() async {
        let time = table.clock.time
        var plan = SchedulePlan(state.withLock { $0.schedules }, wall: time.wall, monotonic: time.monotonic)
        var needsCatchUp = true
        var cleaned = time.monotonic
        while !Task.isCancelled {
            do {
                if needsCatchUp {
                    try await catchUp(plan)
                    needsCatchUp = false
                }
                try await attendToDuties()
                try await fire(&plan)
                if time.monotonic - cleaned >= Self.cleaningInterval {
                    cleaned = time.monotonic
                    try await clean()
                }
            } catch {
                if !Task.isCancelled { logger.warning("looking after jobs failed", [("error", "\(error)")]) }
            }
            do {
                try await time.sleep(for: options.pollInterval)
            } catch {
                return
            }
        }
    }

    private func attendToDuties() async throws {
        let duties = try await database.read { [table] in try table.duties(in: $0) }
        let kinds = state.withLock { $0.kinds }
        for (name, kind) in kinds {
            func count(_ state: JobState) -> Int {
                duties.counts.first { $0.kind == name && $0.state == state }?.count ?? 0
            }
            kind.metrics.set(queued: count(.queued), running: count(.running))
        }
        var hasWork = duties.counts.contains { $0.state == .queued && kinds[$0.kind] != nil }
        if duties.hasDue || duties.hasExpired {
            let policies = kinds.mapValues { $0.options.retry }
            let events = try await database.write { [table] connection in
                _ = try table.promoteDue(in: connection)
                return try table.expireLeases(policy: { policies[$0] ?? RetryPolicy() }, in: connection)
            }
            for event in events {
                logger.warning(
                    "a job lost its worker", [("job.id", "\(event.id)"), ("job.state", event.state.rawValue)])
                announce(event)
            }
            hasWork = true
        }
        if hasWork { pulses.fire() }
    }

    // MARK: Schedules

    /// Fires the last slot of each schedule if it passed while no process was there. A schedule that was never seen
    /// before begins with its next slot.
    private func catchUp(_ plan: SchedulePlan) async throws {
        for entry in plan.entries {
            let (name, last) = (entry.schedule.name, entry.schedule.rule.slot(onOrBefore: table.clock.time.wall))
            let isNew = try await database.write { connection in
                guard try connection.first("SELECT 1 AS one FROM job_slots WHERE schedule = \(name) LIMIT 1") == nil
                else { return false }
                try connection.execute(
                    """
                    INSERT INTO job_slots (schedule, slot) VALUES (\(name), \(last)) ON CONFLICT DO NOTHING
                    """)
                return true
            }
            if !isNew { try await fire(entry.schedule, slot: last) }
        }
    }

    private func fire(_ plan: inout SchedulePlan) async throws {
        let time = table.clock.time
        for due in plan.due(wall: time.wall, monotonic: time.monotonic) {
            try await fire(due.schedule, slot: due.slot)
            plan.markFired(due.schedule.name, slot: due.slot)
        }
    }

    /// The row of the slot is what makes it once: whoever inserts it puts the job into the queue.
    private func fire(_ schedule: JobSchedule, slot: Timestamp) async throws {
        try await database.write { [self] connection in
            let isFirst = try connection.execute(
                """
                INSERT INTO job_slots (schedule, slot) VALUES (\(schedule.name), \(slot)) ON CONFLICT DO NOTHING
                """)
            guard isFirst == 1 else { return }
            let id = try enqueue(
                NewJob(kind: schedule.kind, payload: schedule.payload, uniqueKey: "schedule:\(schedule.name)"),
                in: connection)
            try connection.execute(
                "UPDATE job_slots SET job_id = \(id) WHERE schedule = \(schedule.name) AND slot = \(slot)")
        }
    }

    // MARK: Cleaning

    private func clean() async throws {
        let now = table.clock.time.wall
        let (completed, failed) = (now - options.retention, now - options.failedRetention)
        let slots = now - Self.slotRetention
        var removed = Self.rowsPerCleaning
        // In pieces, so that other writes get their turn.
        while removed == Self.rowsPerCleaning {
            removed = try await database.write { [table] connection in
                try table.removeFinished(
                    before: completed, failedBefore: failed, limit: Self.rowsPerCleaning, in: connection)
            }
        }
        _ = try await database.write { connection in
            try connection.execute("DELETE FROM job_slots WHERE slot < \(slots)")
        }
        try await cleanNeighbours()
    }

    /// The other tables of this module are looked after by the queue, too.
    private func cleanNeighbours() async throws {
        let clock = table.clock
        let (inbox, keys) = (InboxGuard(time: clock.time), IdempotencyStore(database: database, clock: clock))
        var removed = Self.rowsPerCleaning
        while removed == Self.rowsPerCleaning {
            removed = try await database.write { try inbox.removeOld(limit: Self.rowsPerCleaning, in: $0) }
        }
        repeat {
            removed = try await keys.removeOld(limit: Self.rowsPerCleaning)
        } while removed == Self.rowsPerCleaning
    }
}
