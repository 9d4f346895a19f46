/// What an incident is about: exactly one of these.
package enum IncidentCategory: String, Sendable, Hashable, CaseIterable {
    /// Charged two or more times for one thing.
    case duplicatePayment = "duplicate_payment"
    /// A payment, transfer or top-up that failed or was refused, whether or not it was charged.
    case failedPayment = "failed_payment"
    /// A transaction that the customer did not authorise, or means by which one may happen.
    case fraudReport = "fraud_report"
    /// The customer wants money back.
    case refundRequest = "refund_request"
    /// The customer cannot sign in or use the account.
    case accountLocked = "account_locked"
    /// Balance or statement differ from what the customer expects.
    case statementError = "statement_error"
    case other
}
