import Jobs
import Logs
import Mail
import SQL

/// Finds pending notifications that no job will deliver, such as after a job that failed by itself, and gives each a new one.
/// Runs at start, every few minutes, and whenever a job of delivery fails.
struct DeliverySweep: Sendable {
    static let jobKind = "sweep_notifications"
    static let interval = Duration.seconds(60)
    private static let batch = 500

    let desk: NotificationDesk
    let smtp: SMTPClient?
    let logger: Logger

    func run(_ job: JobContext) async throws {
        await smtp?.closeIdle()
        let found = try await job.commit { connection in
            let abandoned = try NotificationTable.abandoned(limit: Self.batch, in: connection)
            for var notification in abandoned {
                try desk.schedule(&notification, after: .zero, in: connection)
                try NotificationTable.update(notification, in: connection)
            }
            return abandoned.count
        }
        if found > 0 { logger.warning("notifications without a job taken up again", [("count", "\(found)")]) }
    }
}
