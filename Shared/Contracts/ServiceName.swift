/// The five services. The raw value is the name in paths, tokens (`aud`), logs and environment variables.
package enum ServiceName: String, Sendable, CaseIterable {
    case auth, chat, ingest, docs, notify

    /// The port a service listens on when nothing else is configured.
    package var defaultPort: Int {
        switch self {
        case .auth: 8080
        case .chat: 8081
        case .ingest: 8082
        case .docs: 8083
        case .notify: 8084
        }
    }

    /// The prefix of the service's environment variables, such as `INGEST` in `INGEST_PORT`.
    package var environmentPrefix: String { rawValue.uppercased() }
}
