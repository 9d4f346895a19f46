import Logs
import Platform
import SQL

extension JobQueue {
    /// Claims and runs jobs until `shutdown()` or cancellation. Then running jobs have `drainDeadline` to end; what is
    /// left is put back and may be taken by another process at once.
    ///
    /// Handlers and listeners are let go at the end: they hold what put them here, and that holds the queue.
    package func run() async throws {
        state.withLock { $0.hasBegun = true }
        defer {
            let (kinds, listeners) = state.withLock { state in
                defer { (state.kinds, state.listeners) = ([:], []) }
                return (state.kinds, state.listeners)
            }
            // Released outside of the lock: the last owner of something may be among them.
            withExtendedLifetime((kinds, listeners)) {}
            ended.fire(.shutdown)
        }
        await withTaskGroup(of: Void.self) { loops in
            loops.addTask { await self.keepLeases() }
            loops.addTask { await self.lookAfterTable() }
            loops.addTask { await self.superviseStop() }
            await withDiscardingTaskGroup { jobs in
                pulses.fire()
                for await _ in pulses.stream {
                    await claimAll(&jobs)
                }
                // Leaving the group waits for the jobs; their leases are kept meanwhile.
            }
            loops.cancelAll()
        }
    }

    /// Stops claiming and returns when `run()` has ended, or at once if it never began.
    package func shutdown() async {
        let hasBegun = state.withLock { state in
            state.isStopping = true
            return state.hasBegun
        }
        stop.fire(.shutdown)
        if hasBegun { _ = await ended.wait() }
    }

    /// Ends the claiming when asked to, gives running jobs the time to end, and puts back those that do not.
    private func superviseStop() async {
        if await stop.wait() != nil {
            pulses.finish()
            do {
                try await table.clock.time.sleep(for: options.drainDeadline)
            } catch {
                // Cancelled: all jobs have ended in time, or nobody waits any more.
                guard state.withLock({ !$0.runs.isEmpty }) else { return }
            }
        }
        for run in state.withLock({ Array($0.runs.values) }) { run.signal.fire(.shutdown) }
        // Owned and awaited here; a task of its own because `run()` may have been cancelled, and a cancelled task
        // cannot write. Errors are logged inside.
        await Task { await self.putBackAll() }.value
    }

    private func putBackAll() async {
        do {
            let count = try await database.write { [table] in try table.putBackAll(in: $0) }
            if count > 0 { logger.info("jobs put back", [("jobs.count", "\(count)")]) }
        } catch {
            // Their leases run out instead.
            logger.warning("putting jobs back failed", [("error", "\(error)")])
        }
    }

    // MARK: Claiming

    private func claimAll(_ jobs: inout DiscardingTaskGroup) async {
        let free = state.withLock { state in
            state.isStopping
                ? []
                : state.kinds.map { (kind: $0.key, count: $0.value.options.concurrency - $0.value.running) }
                    .filter { $0.count > 0 }
        }
        guard !free.isEmpty else { return }
        do {
            let claimed = try await database.write { [table, options] connection in
                try free.flatMap { free in
                    try table.claim(
                        kind: free.kind, limit: min(free.count, options.claimMax), lease: options.lease, in: connection)
                }
            }
            for job in claimed { start(job, in: &jobs) }
            // A full answer may have left some behind.
            if claimed.count >= options.claimMax { pulses.fire() }
        } catch {
            // The next pulse, at the latest that of the next look at the table, tries again.
            logger.warning("claiming jobs failed", [("error", "\(error)")])
        }
    }

    private func start(_ job: ClaimedJob, in jobs: inout DiscardingTaskGroup) {
        let run = JobRun(job.lease)
        let outdated = state.withLock { state in
            state.kinds[job.lease.kind]?.running += 1
            return state.runs.updateValue(run, forKey: job.lease.id)
        }
        // This process had the job before, lost it, and has now been given it again.
        outdated?.signal.fire(.leaseLost)
        jobs.addTask { await self.work(on: job, run) }
    }

    // MARK: One job

    private func work(on job: ClaimedJob, _ run: JobRun) async {
        defer { leave(run) }
        guard let kind = state.withLock({ $0.kinds[job.lease.kind] }) else { return }
        let time = table.clock.time
        let began = time.monotonic
        let failure = await handle(job, kind, run)
        kind.metrics.observe(time.monotonic - began)
        if run.isEnded { return }
        let event = Self.event(failure: failure, reason: run.signal.reason, isTaskCancelled: Task.isCancelled)
        await finish(job.lease, kind, event)
    }

    /// Runs the handler beside the two things that can cut it short; what it threw.
    private func handle(_ job: ClaimedJob, _ kind: Kind, _ run: JobRun) async -> (any Error)? {
        let context = JobContext(job, queue: self, run: run)
        let signal = run.signal
        return await withTaskGroup(of: Result<Void, any Error>?.self) { group in
            group.addTask {
                do {
                    try await kind.handler(context)
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                _ = await signal.wait()
                return nil
            }
            if let limit = kind.options.timeLimit {
                group.addTask { [time = table.clock.time] in
                    do {
                        try await time.sleep(for: limit)
                        signal.fire(.timeLimit)
                    } catch {
                        // Cancelled: the handler was faster.
                    }
                    return nil
                }
            }
            var outcome: Result<Void, any Error>?
            for await result in group {
                group.cancelAll()
                outcome = outcome ?? result
            }
            if case .failure(let error) = outcome { return error }
            return nil
        }
    }

    /// What happened, seen from outside the handler.
    static func event(
        failure: (any Error)?, reason: StopSignal.Reason?, isTaskCancelled: Bool
    ) -> JobTransition.Event {
        guard let failure else { return .succeeded }
        if case .permanent(let message) = failure as? JobFailure { return .failedForGood(bounded(message)) }
        switch reason {
        case .cancelRequested: return .cancelled
        case .shutdown: return .putBack
        case .timeLimit: return .failed("the attempt took longer than allowed")
        case .leaseLost, nil: return isTaskCancelled ? .putBack : .failed(bounded("\(failure)"))
        }
    }

    /// What is kept of an error's text.
    private static func bounded(_ message: String) -> String {
        String(message.prefix(2000))
    }

    private func finish(
        _ lease: JobLease, _ kind: Kind, _ event: JobTransition.Event
    ) async {
        let random = Double.random(in: 0..<1)
        do {
            let transition = try await database.write { [self] connection in
                let transition = JobTransition.after(
                    event, attempts: lease.attempt, interruptions: lease.interruptions,
                    isCancelRequested: try event.allowsAnother && table.isCancelRequested(lease, in: connection),
                    policy: kind.options.retry, random: random)
                guard let ended = try table.end(lease, transition, in: connection) else { return nil as JobTransition? }
                connection.afterCommit { self.announceEnd(ended, of: lease) }
                return transition
            }
            if let transition { report(lease, transition) }
        } catch {
            // The lease runs out and the job is done again; its commits are fenced.
            logger.warning("the end of a job could not be stored", [("job.id", "\(lease.id)"), ("error", "\(error)")])
        }
    }

    private func report(_ lease: JobLease, _ transition: JobTransition) {
        guard let error = transition.error, transition.state != .cancelled else { return }
        let metadata = [
            ("job.id", "\(lease.id)"), ("job.kind", lease.kind), ("job.attempt", "\(lease.attempt)"), ("error", error),
        ]
        if transition.state == .failed {
            logger.error("job failed", metadata)
        } else {
            logger.warning("job attempt failed", metadata)
        }
    }

    private func leave(_ run: JobRun) {
        state.withLock { state in
            if state.runs[run.lease.id] === run { state.runs[run.lease.id] = nil }
            state.kinds[run.lease.kind]?.running -= 1
        }
        pulses.fire()
    }
}
