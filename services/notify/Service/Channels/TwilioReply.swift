import HTTPClient
import HTTPMessages
import JSONCoding
import Platform

/// What Twilio's answers mean. No I/O.
enum TwilioReply {
    /// Codes that another attempt may get over.
    private static let temporary: Set<Int64> = [20429, 21611, 30001, 30008, 63017, 63018]
    /// Codes that tell of an account or sender that is not set up right.
    private static let misconfigured: Set<Int64> = [
        20003, 20404, 21212, 21606, 21608, 21655, 21656, 21659, 21660, 30002,
    ]
    /// The recipient has opted out.
    private static let optedOut: Int64 = 21610

    /// The answer to a POST of a message.
    static func outcome(_ response: HTTPClientResponse, now: Timestamp) -> DeliveryOutcome {
        let json = (try? JSONValue(parsing: response.body)) ?? .null
        let status = response.status.code
        if response.isSuccess {
            guard let sid = json["sid"]?.string, sid.utf8.count <= 64 else {
                return .failure(.unknown, code: nil, "Twilio's answer names no message")
            }
            if let code = json["error_code"]?.integer, ["failed", "undelivered"].contains(json["status"]?.string) {
                var outcome = failure(code: code, status: status, message: json["error_message"]?.string)
                outcome.providerID = sid
                return outcome
            }
            return .sent(sid)
        }
        let retryAfter = ServerDelay.asked(in: response.fields, now: now)
        let message = json["message"]?.string ?? json["detail"]?.string ?? json["title"]?.string
        if status == 429 {
            return .failure(
                .temporary, code: json["code"]?.integer.map(String.init) ?? "429", message ?? "too many requests",
                retryAfter: retryAfter)
        }
        if status >= 500 {
            // Nothing says whether the message was taken before the failure.
            return .failure(
                .unknown, code: String(status), "Twilio failed with status \(status)", retryAfter: retryAfter)
        }
        guard let code = json["code"]?.integer else {
            let kind: DeliveryOutcome.Kind = [401, 403, 404].contains(status) ? .misconfigured : .permanent
            return .failure(kind, code: String(status), message ?? "Twilio answered with status \(status)")
        }
        return failure(code: code, status: status, message: message)
    }

    /// What an error code of Twilio's means, from an answer or a status callback.
    static func failure(code: Int64, status: Int?, message: String?) -> DeliveryOutcome {
        let kind: DeliveryOutcome.Kind =
            if temporary.contains(code) {
                .temporary
            } else if misconfigured.contains(code) || status == 401 || status == 403 {
                .misconfigured
            } else {
                .permanent
            }
        return .failure(
            kind, code: String(code), message ?? "Twilio's error \(code)", suppresses: code == optedOut)
    }

    /// A request that got no answer.
    static func outcome(_ error: HTTPClientError) -> DeliveryOutcome {
        switch error.code {
        case .cancelled: .failure(.interrupted, code: nil, error.message)
        case .tlsFailed, .invalidRequest, .unsupportedURL, .controlCharacter, .unavailable:
            .failure(.misconfigured, code: error.code.description, error.message)
        case .unknownHost, .connectFailed, .connectTimeout, .overloaded:
            .failure(.temporary, code: error.code.description, error.message)
        default: .failure(.unknown, code: error.code.description, error.message)
        }
    }
}
