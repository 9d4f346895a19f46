import Lifecycle
package import Logs
package import Metrics
package import Platform
package import SQL

/// Durable work in the owner's database: put in with the change that causes it, done by this or another process, and
/// not lost by the death of either.
///
/// A job belongs to a worker by lease; every commit of the worker's carries the fencing number of its claim, so a worker that
/// slept through its lease changes nothing. Handlers may run more than once (a process dies, a lease is lost) and keep their
/// effects single by committing through ``JobContext``.
///
/// `run()` works until `shutdown()`. A queue that is never run can still be put into, asked and told to cancel.
package final class JobQueue: Service {
    /// Does a job; throws to have it tried again, or `JobFailure.permanent` not to. Runs on the shared pool: what blocks
    /// goes elsewhere. Its task is cancelled when the job is to stop.
    package typealias Handler = @Sendable (JobContext) async throws -> Void

    struct Kind {
        let options: JobKindOptions
        let handler: Handler
        let metrics: JobMetrics
        var running = 0
    }

    struct State {
        var kinds: [String: Kind] = [:]
        var schedules: [JobSchedule] = []
        var listeners: [@Sendable (JobEvent) -> Void] = []
        /// What runs here. A job that was lost and claimed again is there with its later run only.
        var runs: [Identifier: JobRun] = [:]
        var hasBegun = false
        var isStopping = false
    }

    let database: any SQLDatabase
    let table: JobTable
    let options: JobQueueOptions
    let logger: Logger
    let metrics: MetricRegistry
    let state = Lock(State())
    let pulses: Pulse
    /// Fires when `run()` has returned.
    let ended = StopSignal()
    let stop = StopSignal()

    package var serviceName: String { "jobs" }

    /// `clock` is given by tests that play a reboot.
    package init(
        database: any SQLDatabase, time: any TimeSource = SystemTime(), logger: Logger,
        metrics: MetricRegistry, options: JobQueueOptions = JobQueueOptions(), clock: MachineClock? = nil
    ) {
        self.database = database
        self.options = options
        self.logger = logger
        self.metrics = metrics
        table = JobTable(clock: clock ?? MachineClock(time: time), worker: Identifier.make().description)
        pulses = Pulse()
    }

    /// Names the handler of a kind of job. Before `run()`.
    package func register(kind: String, options: JobKindOptions = JobKindOptions(), handler: @escaping Handler) {
        let kindMetrics = JobMetrics(registry: metrics, kind: kind)
        state.withLock { state in
            state.kinds[kind] = Kind(options: options, handler: handler, metrics: kindMetrics)
        }
    }

    /// Has a job put into the queue at the times of `schedule`, once for all processes on this database. Before `run()`.
    package func schedule(_ schedule: JobSchedule) {
        state.withLock { $0.schedules.append(schedule) }
    }

    /// Has `listener` told of every change that this process makes to a job, once it is durable: progress, states.
    /// It is called on the database's thread and must return at once.
    package func onProgress(_ listener: @escaping @Sendable (JobEvent) -> Void) {
        state.withLock { $0.listeners.append(listener) }
    }

    /// Puts a job into the queue in the caller's transaction; workers in this process hear of it after the commit.
    ///
    /// With a unique key that is taken, the id of the job that has it is returned. Throws `.payloadTooLarge`.
    @discardableResult
    package func enqueue(_ new: NewJob, in connection: any SQLConnection) throws -> Identifier {
        let (id, isNew) = try table.insert(new, in: connection)
        if isNew { connection.afterCommit { [pulses] in pulses.fire() } }
        return id
    }

    /// Puts a job into the queue in a transaction of its own.
    @discardableResult
    package func enqueue(_ new: NewJob) async throws -> Identifier {
        try await database.write { [self] in try enqueue(new, in: $0) }
    }

    /// Has the queue looked at now. Not needed after `enqueue`.
    package func wake() {
        pulses.fire()
    }

    /// The job as the database has it; `nil` for ids that never were or have been cleaned up.
    package func job(_ id: Identifier) async throws -> JobRecord? {
        try await database.read { [table] in try table.find(id, in: $0) }
    }

    /// The same in the caller's transaction.
    package func job(_ id: Identifier, in connection: any SQLConnection) throws -> JobRecord? {
        try table.find(id, in: connection)
    }

    /// Newest first.
    package func jobs(_ filter: JobFilter) async throws -> [JobRecord] {
        try await database.read { [table] in try table.list(filter, in: $0) }
    }

    /// Ends a queued job, or asks a running one to end; whether there was one to end.
    ///
    /// In this process the handler is cancelled at once, in another with its next heartbeat.
    @discardableResult
    package func cancel(_ id: Identifier) async throws -> Bool {
        try await database.write { [self] in try cancel(id, in: $0) }
    }

    /// The same in the caller's transaction.
    @discardableResult
    package func cancel(_ id: Identifier, in connection: any SQLConnection) throws -> Bool {
        guard let event = try table.cancel(id, in: connection) else { return false }
        connection.afterCommit { [self] in
            run(of: id)?.signal.fire(.cancelRequested)
            announce(event)
        }
        return true
    }

    /// Makes a new job of a failed or cancelled one; the new id. Throws `.notFound` and `.notRetryable`.
    package func retry(_ id: Identifier) async throws -> Identifier {
        try await database.write { [self] in try retry(id, in: $0) }
    }

    /// The same in the caller's transaction.
    package func retry(_ id: Identifier, in connection: any SQLConnection) throws -> Identifier {
        let new = try table.retry(id, in: connection)
        connection.afterCommit { [pulses] in pulses.fire() }
        return new
    }

    func announce(_ event: JobEvent) {
        for listener in state.withLock({ $0.listeners }) { listener(event) }
    }

    func announceEnd(_ event: JobEvent, of lease: JobLease) {
        let kind = state.withLock { $0.kinds[lease.kind] }
        kind?.metrics.count(event.state)
        announce(event)
    }

    func run(of id: Identifier) -> JobRun? {
        state.withLock { $0.runs[id] }
    }
}
