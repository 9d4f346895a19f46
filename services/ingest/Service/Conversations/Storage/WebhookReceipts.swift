import Platform
import SQL

/// `webhook_receipts`: signatures that were taken, for as long as their time would let them be taken again.
enum WebhookReceipts {
    /// Whether the signature is new; it is kept.
    static func take(_ signature: String, at now: Timestamp, in connection: any SQLConnection) throws -> Bool {
        // Twice the tolerance: a time in the future counts, too.
        try connection.execute(
            "DELETE FROM webhook_receipts WHERE received_at < \(now - WebhookSignature.tolerance - WebhookSignature.tolerance)"
        )
        return try connection.execute(
            """
            INSERT INTO webhook_receipts (signature, received_at) VALUES (\(signature), \(now))
            ON CONFLICT (signature) DO NOTHING
            """) > 0
    }
}
