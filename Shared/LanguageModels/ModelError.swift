/// Why a model did not answer. The message is safe to show; what the server said is kept apart, shortened and on one
/// line, for logs at DEBUG.
package struct ModelError: Error, Sendable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        private init(_ description: String) { self.description = description }

        /// No connection, or it broke before the answer began.
        package static let unreachable = Code("model_unreachable")
        /// The server did not begin, or did not go on, in time.
        package static let timeout = Code("model_timeout")
        /// 429, or the server's queue is full.
        package static let overloaded = Code("model_overloaded")
        /// The account has no budget left: trying again is no use.
        package static let quotaExhausted = Code("model_quota_exhausted")
        /// 401 or 403.
        package static let notAuthorised = Code("model_not_authorised")
        /// The server does not know the model.
        package static let unknownModel = Code("model_unknown")
        /// The server refuses what we sent, for instance because it is too long.
        package static let refusedRequest = Code("model_refused_request")
        /// The server failed before it began to answer.
        package static let serverFailed = Code("model_server_failed")
        /// The server reported a failure in the middle of its answer.
        package static let failedMidStream = Code("model_failed_mid_stream")
        /// The reply stopped without its end mark.
        package static let cutOff = Code("model_reply_cut_off")
        /// The reply is not what the protocol says.
        package static let malformedReply = Code("model_malformed_reply")
        /// The reply is larger than anything sensible.
        package static let replyTooLarge = Code("model_reply_too_large")
        /// The model or its provider declines to answer this.
        package static let refusedAnswer = Code("model_refused_answer")
        /// The answer does not have the shape that was asked for, also after a correction.
        package static let unusableAnswer = Code("model_unusable_answer")
        /// The model failed several times in a row and is left alone for a while.
        package static let circuitOpen = Code("model_circuit_open")
        package static let cancelled = Code("cancelled")
    }

    package let code: Code
    package let message: String
    /// The server's words, for logs; at most 200 characters without control characters.
    package let serverText: String?

    package init(_ code: Code, _ message: String, serverText: String? = nil) {
        self.code = code
        self.message = message
        self.serverText = serverText.map(Self.shortened)
    }

    package var description: String { "\(code): \(message)" }

    /// Whether the failure says something about the server's health, as opposed to our request or our caller.
    var countsAgainstServer: Bool {
        switch code {
        case .unreachable, .timeout, .overloaded, .serverFailed, .failedMidStream, .cutOff, .malformedReply: true
        default: false
        }
    }

    private static func shortened(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(200) {
            scalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return String(scalars)
    }
}
