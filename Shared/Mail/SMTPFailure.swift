import HTTPClient

/// Why a server did not take a message, and what that means for another attempt.
package struct SMTPFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        /// Another attempt may succeed: a 4xx reply, a network that failed, a server that was slow.
        case temporary
        /// The server refuses this message or address for good (5xx).
        case permanent
        /// Nothing will get through before an operator changes something: wrong certificate, no STARTTLS, wrong password.
        case misconfigured
        /// The message was handed over and the reply is missing: taken or not, nobody knows. Another attempt with the same
        /// Message-ID is recognised as a repetition by whoever looks.
        case unknown
        /// The calling task was cancelled before the message was handed over: nothing happened.
        case cancelled
    }

    package let kind: Kind
    /// The reply's code, with the enhanced one if there is one (RFC 3463), such as `550 5.1.1`; or `curl 28`.
    package let code: String
    /// One line for people. May hold the server's words, never an address or a password of ours.
    package let message: String

    package var description: String { "\(kind.rawValue) (\(code)): \(message)" }

    init(_ kind: Kind, code: String, _ message: String) {
        self.kind = kind
        self.code = code
        self.message = message
    }

    /// What the end of a transfer means; nil when the message was taken. RFC 5321 section 4.2.1 for replies, libcurl-errors(3)
    /// for the rest.
    init?(_ result: SMTPTransferResult) {
        if result.curlCode == 0, (200..<300).contains(result.replyToMessage?.code ?? 250) { return nil }
        if result.lacksUTF8 {
            self.init(.permanent, code: "SMTPUTF8", "The server takes no addresses beyond ASCII.")
            return
        }
        if let reply = result.replyToMessage {
            self.init(reply, isAboutMessage: true)
            return
        }
        if result.stage == .handedOver {
            self.init(
                .unknown, code: "curl \(result.curlCode)",
                "The connection ended after the message and before its reply.")
            return
        }
        if let failure = Self.configurationFault(result) {
            self = failure
            return
        }
        if let reply = result.reply, reply.code >= 400 {
            self.init(reply, isAboutMessage: false)
            return
        }
        let (kind, message) = Self.meaning(ofCurl: result.curlCode, stage: result.stage)
        self.init(kind, code: "curl \(result.curlCode)", message)
    }

    private init(_ reply: SMTPReply, isAboutMessage: Bool) {
        let code = "\(reply.code)\(Self.enhancedCode(reply.text).map { " \($0)" } ?? "")"
        let kind: Kind
        switch reply.code {
        case 400..<500: kind = .temporary
        // Authentication or encryption is asked for (RFC 4954 section 6, RFC 3207 section 4): no fault of the message.
        case 530, 534, 535, 538: kind = isAboutMessage ? .permanent : .misconfigured
        case 500..<600: kind = .permanent
        default: kind = .temporary
        }
        self.init(kind, code: code, reply.text.isEmpty ? "The server refused." : reply.text)
    }

    /// CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED and their like.
    private static func configurationFault(_ result: SMTPTransferResult) -> SMTPFailure? {
        switch result.curlCode {
        case 64:
            return SMTPFailure(.misconfigured, code: "curl 64", "The server offers no encryption, and it is required.")
        case 51, 60, 83, 90, 91:
            return SMTPFailure(
                .misconfigured, code: "curl \(result.curlCode)", "The server's certificate is not trusted.")
        case 53, 54, 58, 59, 66, 77, 82:
            return SMTPFailure(
                .misconfigured, code: "curl \(result.curlCode)", "TLS is not set up right on this side.")
        case 67:
            guard let reply = result.reply, reply.code >= 400 else { break }
            let refusal = SMTPFailure(reply, isAboutMessage: false)
            return refusal.kind == .temporary
                ? refusal : SMTPFailure(.misconfigured, code: refusal.code, refusal.message)
        case 3, 4:
            return SMTPFailure(.misconfigured, code: "curl \(result.curlCode)", "The server's URL is not usable.")
        default: break
        }
        return nil
    }

    private static func meaning(
        ofCurl code: UInt32, stage: SMTPTransferResult.Stage
    ) -> (Kind, String) {
        switch code {
        case 42: (.cancelled, "The attempt was cancelled.")
        case 6: (.temporary, "The server's name cannot be resolved.")
        case 7: (.temporary, "The server does not accept connections.")
        case 28: (.temporary, "The server took too long.")
        case 35: (.temporary, "The TLS handshake failed.")
        case 67: (.misconfigured, "The server refused user name or password.")
        default:
            (
                .temporary,
                stage == .message
                    ? "The connection was lost within the message." : "The connection was lost before the message."
            )
        }
    }

    /// `class.subject.detail` at the start of a reply's text.
    private static func enhancedCode(_ text: String) -> String? {
        let word = text.prefix { $0 != " " }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let first = parts.first, ["2", "4", "5"].contains(first),
            parts.allSatisfy({ (1...3).contains($0.count) && $0.allSatisfy(\.isNumber) })
        else { return nil }
        return String(word)
    }
}
