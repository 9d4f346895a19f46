import Contracts
import Platform
import SQL

/// What providers report after they have taken a message. Reports may come late, twice, and out of order: a state only moves
/// forward, `pending`, `sent`, then `delivered` or `failed`. A failure that may pass is tried again like an attempt that
/// failed; one for good leads on to the next channel of the ladder.
struct StatusReports: Sendable {
    let worker: DeliveryWorker
    let time: any TimeSource

    /// A report, as far as it matters here.
    struct Report: Sendable {
        var notificationID: Identifier
        var channel: NotificationChannel
        var providerID: String
        var status: String
        var code: Int64?
    }

    private enum Meaning {
        case onItsWay, sent, delivered, failed

        init(_ status: String) {
            switch status {
            case "sent": self = .sent
            case "delivered", "read": self = .delivered
            case "failed", "undelivered", "canceled": self = .failed
            default: self = .onItsWay
            }
        }
    }

    /// Stores the report, and moves the notification's state if it says something new about it.
    ///
    /// - Returns: False when there is no such notification.
    func take(_ report: Report, in connection: any SQLConnection) throws -> Bool {
        guard var notification = try NotificationTable.find(report.notificationID, in: connection) else { return false }
        let counted =
            try concernsPresentAttempt(report, notification, in: connection)
            && apply(report, to: &notification, in: connection)
        try AttemptTable.insert(
            DeliveryReport(
                notificationID: notification.id, providerID: report.providerID, providerStatus: report.status,
                providerCode: report.code.map(String.init), counted: counted, receivedAt: time.wall),
            in: connection)
        if counted { try NotificationTable.update(notification, in: connection) }
        return true
    }

    /// Whether the report is about what the notification's state tells of: the message that the provider named, or, while
    /// its answer is missing, one that is nobody else's.
    private func concernsPresentAttempt(
        _ report: Report, _ notification: Notification, in connection: any SQLConnection
    ) throws -> Bool {
        guard notification.current?.channel == report.channel else { return false }
        if let known = notification.providerID { return known == report.providerID }
        return try notification.status == .pending && notification.attempts > 0
            && !AttemptTable.isKnown(providerID: report.providerID, in: connection)
    }

    private func apply(
        _ report: Report, to notification: inout Notification, in connection: any SQLConnection
    ) throws -> Bool {
        let isOpen = notification.status == .pending || notification.status == .sent
        let now = time.wall
        switch Meaning(report.status) {
        case .onItsWay: return false
        case .sent:
            guard notification.status == .pending else { return false }
            notification.status = .sent
            notification.sentAt = now
        case .delivered:
            guard isOpen else { return false }
            notification.status = .delivered
            notification.sentAt = notification.sentAt ?? now
            notification.deliveredAt = now
        case .failed:
            guard isOpen else { return false }
            var outcome = TwilioReply.failure(code: report.code ?? 0, status: nil, message: nil)
            outcome.error = "reported as \(report.status)\(report.code.map { ", error \($0)" } ?? "")"
            // The message that failed is done with: later reports about it say nothing about the next attempt.
            notification.providerID = nil
            notification.sentAt = nil
            try worker.settle(&notification, outcome, in: connection)
            if notification.status == .failed { notification.providerID = report.providerID }
            return true
        }
        clearAttempt(&notification, at: now)
        notification.providerID = report.providerID
        notification.error = nil
        return true
    }

    /// There is nothing more to try; an attempt that still waits for its answer finds itself outdated.
    private func clearAttempt(_ notification: inout Notification, at now: Timestamp) {
        notification.begunAt = nil
        notification.jobID = nil
        notification.nextAttemptAt = nil
        notification.updatedAt = now
    }
}
