import Contracts
import JSONCoding
import Platform

/// The jobs that deliver: one kind for each channel, so that a provider that stalls holds up nobody else's.
enum DeliveryJob {
    static func kind(for channel: NotificationChannel) -> String { "deliver_\(channel.rawValue)" }

    static func payload(for notification: Identifier) -> JSONValue {
        ["notification_id": .identifier(notification)]
    }

    static func notificationID(in payload: JSONValue) -> Identifier? {
        payload["notification_id"]?.string.flatMap { Identifier($0) }
    }
}
