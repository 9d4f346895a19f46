/// What callers of the queue did wrong, or what happened to a job under its handler.
package struct JobError: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        /// The worker lost its lease, or the job was put back or cancelled: its results are refused.
        package static let leaseLost = Code(description: "lease_lost")
        package static let payloadTooLarge = Code(description: "payload_too_large")
        package static let notFound = Code(description: "not_found")
        /// Only failed and cancelled jobs can be repeated.
        package static let notRetryable = Code(description: "not_retryable")
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code): \(message)" }
}

/// Thrown by a handler to say how its failure is to be taken. Any other error means: try again later.
package enum JobFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Trying again is useless. The text is kept with the job and shown to people.
    case permanent(String)
    /// Try again; the text is kept with the job and shown to people.
    case transient(String)

    package var description: String {
        switch self {
        case .permanent(let message), .transient(let message): message
        }
    }
}
