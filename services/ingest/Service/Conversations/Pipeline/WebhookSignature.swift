import Crypto
import Platform

/// The signature of ElevenLabs' webhooks: `ElevenLabs-Signature: t=<unix seconds>,v0=<hex>` with HMAC-SHA-256 over
/// `t`, a dot and the body as it came.
struct WebhookSignature: Sendable, Hashable {
    /// How far the time may be from ours.
    static let tolerance = Duration.seconds(1_800)

    let seconds: Int64
    let code: [UInt8]

    /// Reads the field; nil unless it has one time and one code of 32 bytes.
    init?(_ field: String) {
        var times: [Int64] = []
        var codes: [[UInt8]] = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return nil }
            switch pair[0].drop(while: { $0 == " " }) {
            case "t":
                guard pair[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let time = Int64(pair[1]) else {
                    return nil
                }
                times.append(time)
            case "v0":
                guard let code = Hex.decode(pair[1]), code.count == 32 else { return nil }
                codes.append(code)
            default: break  // newer schemes beside the one we know
            }
        }
        guard times.count == 1, codes.count == 1, let seconds = times.first, let code = codes.first else { return nil }
        self.seconds = seconds
        self.code = code
    }

    /// Whether the time is near `now`, before or after.
    func isTimely(at now: Timestamp) -> Bool {
        let (distance, overflow) = (now.millisecondsSince1970 / 1_000).subtractingReportingOverflow(seconds)
        return !overflow && distance.magnitude <= UInt64(Self.tolerance.components.seconds)
    }

    /// Whether it is the body's, found in a time that says nothing about the code.
    func isValid(body: [UInt8], secret: String) -> Bool {
        constantTimeEqual(code, HMAC.sha256(Array("\(seconds).".utf8) + body, key: Array(secret.utf8)))
    }

    /// Names this delivery; equal for a repetition.
    var text: String { "\(seconds) \(Hex.encode(code))" }
}
