import Contracts
import Jobs
import Logs
import Platform
import SQL

/// Does one attempt at a notification: notes that it begins, hands the message to its channel, and stores what followed, with
/// the job for the next attempt if there is to be one, in the transaction that ends this job.
///
/// Whatever dies between the two notes leaves `begun_at` behind, by which the next attempt knows that one was cut off. A
/// worker that lost its lease stores nothing.
struct DeliveryWorker: Sendable {
    let desk: NotificationDesk
    let database: any SQLDatabase
    let channels: [NotificationChannel: any Channel]
    let policy: DeliveryPolicy
    let quietHours: QuietHours?
    /// Messages to one recipient on one channel within an hour; 0 for no limit.
    let recipientPerHour: Int
    let clock: MachineClock
    let logger: Logger
    let metrics: NotifyMetrics

    private var time: any TimeSource { clock.time }

    private static let limitWindow = Duration.seconds(3_600)

    private struct Attempt: Sendable {
        let notification: Notification
        let rung: LadderRung
        let enclosure: Enclosure
        let uncertainSince: Timestamp?
    }

    func run(_ job: JobContext) async throws {
        guard let id = DeliveryJob.notificationID(in: job.payload) else {
            throw JobFailure.permanent("the payload names no notification")
        }
        guard let attempt = try await job.commit({ try begin(id, job: job.id, in: $0) }) else { return }
        guard let channel = channels[attempt.rung.channel] else {
            throw JobFailure.permanent("there is no channel \(attempt.rung.channel.rawValue)")
        }
        let (wall, monotonic) = (time.wall, time.monotonic)
        let began = MachineMoment(boot: clock.boot, nanoseconds: monotonic.nanoseconds)
        let outcome = await channel.deliver(
            Parcel(
                id: id, template: attempt.notification.template, rung: attempt.rung, enclosure: attempt.enclosure,
                createdAt: attempt.notification.createdAt, uncertainSince: attempt.uncertainSince,
                isKnown: { [database] sid in
                    try await database.read { try AttemptTable.isKnown(providerID: sid, in: $0) }
                }))
        let took = time.monotonic - monotonic
        // Cut short by a stop or a lost lease: the job is put back, and its next worker writes this attempt down.
        if outcome.kind == .interrupted { throw CancellationError() }
        try await job.complete { connection in
            try AttemptTable.insert(
                DeliveryAttempt(
                    attempt.notification, on: attempt.rung, outcome, began: wall, machine: began, took: took),
                in: connection)
            // A report of the provider's may have been faster; then its word stands.
            guard var notification = try NotificationTable.find(id, in: connection),
                notification.status == .pending, notification.jobID == job.id
            else { return }
            try settle(&notification, outcome, in: connection)
        }
        metrics.attempt(attempt.rung.channel, outcome.kind)
        report(id, attempt.rung.channel, outcome)
    }

    /// Notes the beginning of an attempt; nil when there is nothing to attempt now.
    private func begin(
        _ id: Identifier, job: Identifier, in connection: any SQLConnection
    ) throws -> Attempt? {
        guard var notification = try NotificationTable.find(id, in: connection), notification.status == .pending,
            notification.jobID == job, let rung = notification.current
        else { return nil }
        let now = time.wall
        if let begun = notification.begunAt {
            let cutOff = DeliveryOutcome.failure(.interrupted, code: nil, "the service ended during this attempt")
            try AttemptTable.insert(
                DeliveryAttempt(notification, on: rung, cutOff, began: begun, took: nil), in: connection)
            metrics.attempt(rung.channel, .interrupted)
            notification.begunAt = nil
            notification.rungAttempts -= 1
            if notification.attempts >= policy.interruptedAttemptsMax {
                try settle(&notification, cutOff, in: connection)
                return nil
            }
        }
        if let reason = try AttemptTable.suppression(of: rung, in: connection) {
            notification.attempts += 1
            let refused = DeliveryOutcome.failure(.permanent, code: "suppressed", reason)
            try AttemptTable.insert(
                DeliveryAttempt(notification, on: rung, refused, began: now, took: .zero), in: connection)
            try settle(&notification, refused, in: connection)
            return nil
        }
        let wait = try wait(for: notification, rung, at: now, in: connection)
        notification.updatedAt = now
        if wait > .zero {
            try desk.schedule(&notification, after: wait, in: connection)
            try NotificationTable.update(notification, in: connection)
            return nil
        }
        notification.attempts += 1
        notification.rungAttempts += 1
        notification.begunAt = now
        notification.nextAttemptAt = nil
        try NotificationTable.update(notification, in: connection)
        return Attempt(
            notification: notification, rung: rung,
            enclosure: try NotificationTable.enclosure(of: notification.orderID, in: connection),
            uncertainSince: try AttemptTable.uncertainSince(id, channel: rung.channel, in: connection))
    }

    /// How long quiet hours and the recipient's limit ask to wait.
    private func wait(
        for notification: Notification, _ rung: LadderRung, at now: Timestamp, in connection: any SQLConnection
    ) throws -> Duration {
        if !notification.isUrgent, let quiet = quietHours?.wait(on: rung.channel, at: now), quiet > .zero {
            return quiet
        }
        guard recipientPerHour > 0 else { return .zero }
        let ages = try AttemptTable.recentAges(
            to: rung, within: Self.limitWindow, limit: recipientPerHour, clock: clock, in: connection)
        guard ages.count >= recipientPerHour, let oldest = ages.last else { return .zero }
        return Self.limitWindow - oldest
    }

    /// What follows from the outcome, stored in `notification` and its row.
    func settle(
        _ notification: inout Notification, _ outcome: DeliveryOutcome, in connection: any SQLConnection
    ) throws {
        let now = time.wall
        if outcome.suppresses, let rung = notification.current {
            try AttemptTable.suppress(rung, reason: outcome.error ?? "opted out", at: now, in: connection)
        }
        notification.begunAt = nil
        notification.jobID = nil
        notification.nextAttemptAt = nil
        notification.updatedAt = now
        notification.providerID = outcome.providerID ?? notification.providerID
        notification.error = outcome.error
        let isLastEmail = notification.current?.channel == .email && !notification.hasNextRung
        let decision = policy.decide(
            outcome, attempts: notification.rungAttempts, persistence: isLastEmail ? .lastEmail : .ladder,
            random: .random(in: 0..<1))
        switch decision {
        case .succeeded(let status):
            notification.status = status
            notification.sentAt = status == .sent ? now : nil
        case .tryAgain(let delay):
            // A report may have taken it back from `sent`.
            notification.status = .pending
            try desk.schedule(&notification, after: delay, in: connection)
        case .nextRung:
            try advance(&notification, in: connection)
        }
        try NotificationTable.update(notification, in: connection)
    }

    /// Goes on to the next channel of the ladder, or gives up. The caller stores it.
    func advance(_ notification: inout Notification, in connection: any SQLConnection) throws {
        guard notification.hasNextRung else {
            notification.status = .failed
            return
        }
        notification.rung += 1
        notification.rungAttempts = 0
        notification.providerID = nil
        notification.status = .pending
        notification.sentAt = nil
        try desk.schedule(&notification, after: .zero, in: connection)
    }

    private func report(_ id: Identifier, _ channel: NotificationChannel, _ outcome: DeliveryOutcome) {
        let metadata = [
            ("notification.id", id.description), ("notification.channel", channel.rawValue),
            ("delivery.outcome", outcome.kind.rawValue), ("delivery.code", outcome.providerCode ?? ""),
        ]
        switch outcome.kind {
        case .sent, .simulated: logger.debug("delivery attempt", metadata)
        case .misconfigured: logger.error("deliveries fail because of the configuration", metadata)
        case .temporary, .permanent, .unknown, .interrupted: logger.warning("delivery attempt failed", metadata)
        }
    }
}
