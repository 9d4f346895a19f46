import HTTPClient
import HTTPMessages
import JSONCoding
import Logs
import Mail
import Metrics
import Platform
import TestSupport
import Testing

/// A real SMTP server of `Tests/Servers`, with the folder it keeps messages in.
struct MailServer {
    let server: PythonServer
    let folder: TemporaryFolder

    init(_ arguments: String...) throws {
        folder = try TemporaryFolder()
        server = try PythonServer("smtp_server.py", [folder.path] + arguments)
    }

    /// A client for it, by name so that certificates can be checked.
    func client(
        security: SMTPTransfer.Security = .startTLS, user: String? = nil, password: String = "",
        timeout: Duration = .seconds(10), connections: Int = 1, trusted: Bool = true
    ) -> SMTPClient {
        SMTPClient(
            SMTPServer(
                host: "localhost", port: Int(server.port), security: security,
                credentials: user.map { SMTPTransfer.Credentials(user: $0, password: password) },
                clientName: "client.example", certificateFile: trusted ? folder.file("ca.pem") : nil, timeout: timeout,
                connectionsMax: connections),
            metrics: MetricRegistry())
    }

    /// The `number`th message it has kept, with its envelope; nil when there is none.
    func kept(_ number: Int) throws -> (content: [UInt8], envelope: JSONValue)? {
        let name = String(repeating: "0", count: 6 - String(number).count) + String(number)
        guard let content = try? bytes(of: "\(name).eml") else { return nil }
        return (content, try JSONValue(parsing: bytes(of: "\(name).json")))
    }

    func keptCount() throws -> Int {
        var count = 0
        while try kept(count + 1) != nil { count += 1 }
        return count
    }

    private func bytes(of name: String) throws -> [UInt8] {
        let file = try FileDescriptor.openForReading(path: folder.file(name))
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }
}

/// Python's email parser as a service.
struct MailReader {
    private let server: PythonServer
    private let client = HTTPClient(
        HTTPClientOptions(), logger: Logger(name: "test", sink: MemoryLogSink()), metrics: MetricRegistry())

    init() throws {
        server = try PythonServer("mail_reader.py")
    }

    func read(_ content: [UInt8]) async throws -> JSONValue {
        let response = try await client.send(
            HTTPClientRequest(.post, "http://127.0.0.1:\(server.port)/", body: .bytes(content), retry: .none))
        try #require(response.isSuccess, "the reader failed")
        return try JSONValue(parsing: response.body)
    }
}

func message(
    subject: String = "Hello", text: String = "Some text.\n", html: String? = nil, to: [MailAddress]? = nil,
    fromName: String? = nil, attachments: [MailAttachment] = [], unsubscribeURL: String? = nil,
    messageID: String = "0190.test@example.org"
) throws -> MailMessage {
    MailMessage(
        from: try MailAddress(name: fromName, "sender@example.org"),
        to: try to ?? [MailAddress("ada@example.net")], subject: subject, text: text, html: html,
        attachments: attachments, date: Timestamp(millisecondsSince1970: 1_768_465_800_000), messageID: messageID,
        unsubscribeURL: unsubscribeURL)
}
