package import HTTPClient

/// Where mail is handed in, and how.
package struct SMTPServer: Sendable {
    package var host: String
    package var port: Int
    package var security: SMTPTransfer.Security
    package var credentials: SMTPTransfer.Credentials?
    /// What this machine calls itself (EHLO).
    package var clientName: String
    /// A file with trusted certificates instead of the system's.
    package var certificateFile: String?
    /// For connecting and for each reply.
    package var timeout: Duration
    /// Connections, and so messages, at a time.
    package var connectionsMax: Int
    /// An idle connection is closed after this time.
    package var idleTimeout: Duration

    package init(
        host: String, port: Int, security: SMTPTransfer.Security, credentials: SMTPTransfer.Credentials? = nil,
        clientName: String, certificateFile: String? = nil, timeout: Duration = .seconds(30), connectionsMax: Int = 4,
        idleTimeout: Duration = .seconds(30)
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.credentials = credentials
        self.clientName = clientName
        self.certificateFile = certificateFile
        self.timeout = timeout
        self.connectionsMax = max(1, connectionsMax)
        self.idleTimeout = idleTimeout
    }
}

/// What a server said when it took a message.
package struct SMTPReceipt: Sendable, Hashable {
    /// The last line of its reply, often with the name of the message in its queue.
    package let reply: String

    /// The name of the message at the server, when the reply has one in a usual form (`queued as X`, `id=X`).
    package var queueID: String? {
        let words = reply.split(separator: " ")
        if let position = words.firstIndex(of: "as"), position + 1 < words.count, position > 0,
            words[position - 1].lowercased() == "queued"
        {
            return String(words[position + 1].prefix(100))
        }
        return words.first { $0.hasPrefix("id=") }.map { String($0.dropFirst(3).prefix(100)) }
    }
}
