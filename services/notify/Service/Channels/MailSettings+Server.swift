import HTTPClient
import Mail
import Settings

extension MailSettings {
    /// The server to hand mail to; nil in outbox mode.
    var server: SMTPServer? {
        guard !host.isEmpty else { return nil }
        return SMTPServer(
            host: host, port: port, security: transferSecurity,
            credentials: password.map { SMTPTransfer.Credentials(user: user, password: $0.revealed) },
            clientName: clientName,
            certificateFile: certificateFile.isEmpty ? nil : certificateFile, timeout: timeout,
            connectionsMax: connections)
    }

    /// How the connection is protected, with `auto` decided by the port.
    private var transferSecurity: SMTPTransfer.Security {
        switch security {
        case .starttls: .startTLS
        case .tls: .tls
        case .none: .none
        case .auto: port == 465 ? .tls : .startTLS
        }
    }
}
