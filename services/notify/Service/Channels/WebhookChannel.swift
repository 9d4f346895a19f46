import Crypto
import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import Settings

/// Signed webhooks, or into the outbox folder.
///
/// `POST` with the message as JSON, `X-Lectern-Notification` (its id, the same at every attempt), `X-Lectern-Timestamp`
/// (seconds since 1970) and `X-Lectern-Signature`: `v1=` and the hexadecimal HMAC-SHA256, by the shared secret, over
/// timestamp, a dot and the body. Any 2xx answer is a success. Redirects are not followed.
struct WebhookChannel: Channel {
    /// Nil without a configured one.
    let secret: Secret?
    /// Whether addresses of this machine and this network may be called.
    let allowsPrivateAddresses: Bool
    let client: HTTPClient
    let outbox: OutboxFolder
    let time: any TimeSource

    func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let body = JSONValue.object([
            "id": .identifier(parcel.id), "to": .optional(parcel.enclosure.recipientName),
            "subject": .string(parcel.rung.message.subject), "message": .string(parcel.rung.message.text),
            "created_at": .timestamp(parcel.createdAt),
        ]).serialized()
        guard let secret else { return await outbox.keep(body, name: "\(parcel.id).json") }
        let seconds = time.wall.millisecondsSince1970 / 1000
        let fields: HTTPFields = [
            .contentType: "application/json", "X-Lectern-Notification": parcel.id.description,
            "X-Lectern-Timestamp": String(seconds),
            "X-Lectern-Signature": Self.signature(of: body, at: seconds, secret: secret.revealed),
        ]
        let request = HTTPClientRequest(
            .post, parcel.rung.recipient, fields: fields, body: .bytes(body),
            timeouts: HTTPClientRequest.Timeouts(
                connect: .seconds(10), firstByte: .seconds(20), idle: .seconds(20), total: .seconds(30)),
            retry: .none, responseBytesMax: 64 << 10, reach: allowsPrivateAddresses ? .anywhere : .publicInternet,
            peer: "webhook")
        do throws(HTTPClientError) {
            let response = try await client.send(request)
            return Self.outcome(response, now: time.wall)
        } catch {
            return Self.outcome(error)
        }
    }

    static func signature(of body: [UInt8], at seconds: Int64, secret: String) -> String {
        "v1=\(Hex.encode(HMAC.sha256(Array("\(seconds).".utf8) + body, key: secret.utf8)))"
    }

    private static func outcome(_ response: HTTPClientResponse, now: Timestamp) -> DeliveryOutcome {
        let status = response.status.code
        if response.isSuccess { return .sent(nil) }
        let message = "the webhook answered with status \(status)"
        let delay = ServerDelay.asked(in: response.fields, now: now)
        switch status {
        case 408, 425, 429, 500...599:
            return .failure(.temporary, code: String(status), message, retryAfter: delay)
        default: return .failure(.permanent, code: String(status), message)
        }
    }

    /// The receiver knows repetitions by the id, so an answer that was lost is simply tried again.
    private static func outcome(_ error: HTTPClientError) -> DeliveryOutcome {
        let kind: DeliveryOutcome.Kind =
            switch error.code {
            case .cancelled: .interrupted
            case .forbiddenAddress, .invalidRequest, .unsupportedURL, .controlCharacter: .permanent
            case .tlsFailed: .misconfigured
            case .connectionLost, .firstByteTimeout, .idleTimeout, .totalTimeout, .malformedResponse: .unknown
            default: .temporary
            }
        return .failure(kind, code: error.code.description, error.message)
    }
}
