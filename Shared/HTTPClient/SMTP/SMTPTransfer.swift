/// One message for one server, as `SMTPLink` sends it.
package struct SMTPTransfer: Sendable {
    package enum Security: Sendable, Hashable {
        /// TLS from the first byte.
        case tls
        /// STARTTLS, and no message without it.
        case startTLS
        /// In clear.
        case none
    }

    package struct Credentials: Sendable {
        package var user: String
        package var password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    package var host: String
    package var port: Int
    package var security: Security
    package var credentials: Credentials?
    /// What the client calls itself (EHLO).
    package var clientName: String
    /// A file with trusted certificates instead of the system's.
    package var certificateFile: String?
    package var sender: String
    package var recipients: [String]
    /// Lines ended by CRLF, not dot-stuffed.
    package var message: [UInt8]
    /// For connecting and for each reply.
    package var timeout: Duration

    package init(
        host: String, port: Int, security: Security, credentials: Credentials?, clientName: String,
        certificateFile: String?, sender: String, recipients: [String], message: [UInt8], timeout: Duration
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.credentials = credentials
        self.clientName = clientName
        self.certificateFile = certificateFile
        self.sender = sender
        self.recipients = recipients
        self.message = message
        self.timeout = timeout
    }

    /// Refuses whatever could add a command to the dialogue: control characters and spaces in names and addresses, angle
    /// brackets, and line ends that are no CRLF.
    package func validate() throws(HTTPClientError) {
        try Self.require(Self.isName(host) && (1...65_535).contains(port), "The server's name is not usable.")
        try Self.require(Self.isName(clientName), "The client's name is not usable.")
        try Self.require(!recipients.isEmpty && recipients.count <= 100, "There must be 1 to 100 recipients.")
        try Self.require(([sender] + recipients).allSatisfy(Self.isAddress), "An address is not usable.")
        if let credentials {
            let texts = [credentials.user, credentials.password]
            try Self.require(
                texts.allSatisfy { text in
                    !text.isEmpty && text.utf8.count <= 1_000 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
                }, "User name or password is not usable.")
        }
        try Self.require(Self.hasNetworkLines(message), "Every line of a message must end with CRLF.")
    }

    private static func require(_ isGood: Bool, _ message: String) throws(HTTPClientError) {
        guard isGood else { throw HTTPClientError(.invalidRequest, message) }
    }

    private static func isName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || ".-_:[]".utf8.contains(byte)
            }
    }

    private static func isAddress(_ text: String) -> Bool {
        (3...254).contains(text.utf8.count) && text.contains("@")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x3C && $0 != 0x3E }
    }

    private static func hasNetworkLines(_ bytes: [UInt8]) -> Bool {
        guard bytes.suffix(2).elementsEqual([0x0D, 0x0A]) else { return false }
        var previous: UInt8 = 0
        for byte in bytes {
            guard (byte == 0x0A) == (previous == 0x0D) else { return false }
            previous = byte
        }
        return true
    }
}

/// How a transfer ended, as far as anybody can know.
package struct SMTPTransferResult: Sendable, Hashable {
    /// How far it came.
    package enum Stage: Sendable, Hashable {
        /// The server has said nothing.
        case connecting
        /// Greeting, TLS, authentication, addresses.
        case envelope
        /// The message was asked for and not handed over whole.
        case message
        /// The message was handed over whole; only its reply was still to come.
        case handedOver
    }

    package var stage: Stage
    /// libcurl's number (`CURLcode`); 0 for success.
    package var curlCode: UInt32
    /// The last complete reply, of whatever stage.
    package var reply: SMTPReply?
    /// The reply to the message.
    package var replyToMessage: SMTPReply?
    /// Whether an older connection was used.
    package var isReused: Bool
    /// The server cannot take an address beyond ASCII (RFC 6531).
    package var lacksUTF8: Bool

    package init(
        stage: Stage, curlCode: UInt32, reply: SMTPReply? = nil, replyToMessage: SMTPReply? = nil,
        isReused: Bool = false, lacksUTF8: Bool = false
    ) {
        self.stage = stage
        self.curlCode = curlCode
        self.reply = reply
        self.replyToMessage = replyToMessage
        self.isReused = isReused
        self.lacksUTF8 = lacksUTF8
    }
}
