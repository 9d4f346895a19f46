package import Contracts
package import Logs
package import Settings

/// The settings that every service has. Each is documented in `.env.example`.
package struct BasicSettings: Sendable {
    package enum LogFormat: String, Sendable, CaseIterable { case text, json }

    package var service: ServiceName
    /// The address to listen on.
    package var bindAddress: String
    /// 0 lets the system choose, as tests do.
    package var port: Int
    /// The folder for everything the services keep; each has its own folder in it.
    package var varFolder: String
    /// Where the service's data is kept; empty for SQLite in `dataFolder`.
    package var databaseURL: String
    package var logLevel: LogLevel
    package var logFormat: LogFormat
    /// A folder for log files; empty for the console alone.
    package var logFolder: String
    /// How many event loops; never more than it takes to use all cores.
    package var eventLoops: Int
    /// Signs calls between services; nil when it is to be read from (or made in) `varFolder`.
    package var internalSecret: Secret?
    /// Where the other services are.
    package var peers: [ServiceName: String]
    /// How long a graceful stop may take.
    package var shutdownGrace: Duration

    /// The service's own folder, `var/<service>`.
    package var dataFolder: String { "\(varFolder)/\(service.rawValue)" }

    /// The base URL of a service, without trailing slash.
    package func url(of service: ServiceName) -> String {
        peers[service] ?? "http://127.0.0.1:\(service.defaultPort)"
    }

    package init(service: ServiceName, reader: inout SettingsReader, coreCount: Int) {
        self.service = service
        bindAddress = reader.string(
            "BIND_ADDRESS", default: "127.0.0.1", help: "Address the services listen on; 0.0.0.0 in a container.")
        var ports: [ServiceName: Int] = [:]
        var peers: [ServiceName: String] = [:]
        for name in ServiceName.allCases {
            let prefix = name.environmentPrefix
            let port = reader.integer(
                "\(prefix)_PORT", default: name.defaultPort, in: 0...65_535,
                help: "Port of \(name.rawValue); 0 lets the system choose.")
            ports[name] = port
            peers[name] = reader.baseURL(
                "\(prefix)_URL", default: "http://127.0.0.1:\(port)", help: "Where the others reach \(name.rawValue).")
        }
        port = ports[service] ?? service.defaultPort
        self.peers = peers
        varFolder = reader.string("VAR_DIR", default: "var", help: "Folder for databases, files, keys and logs.")
        databaseURL = reader.value(
            "DATABASE_URL", default: "", defaultText: "", allowed: "empty, or sqlite:///absolute/path/of/a/folder",
            help: "Where data is kept; empty for SQLite under VAR_DIR."
        ) { $0.hasPrefix("sqlite:///") && $0.utf8.count > "sqlite:///".utf8.count ? $0 : nil }
        logLevel = reader.choice("LOG_LEVEL", default: LogLevel.info, help: "The lowest level that is logged.")
        logFormat = reader.choice("LOG_FORMAT", default: LogFormat.text, help: "Text lines or JSON lines.")
        logFolder = reader.string("LOG_DIR", help: "Folder for log files (10 MB each, 5 kept); empty for none.")
        eventLoops = reader.integer(
            "EVENT_LOOPS", default: 0, in: 0...256, help: "Threads that serve connections; 0 for one per core.")
        if eventLoops == 0 { eventLoops = coreCount }
        internalSecret = reader.secret(
            "INTERNAL_SECRET", lengthMin: 32,
            help: "Signs calls between services; the same for all. Made under VAR_DIR when empty.")
        shutdownGrace = reader.duration(
            "SHUTDOWN_GRACE", default: .seconds(30), in: .seconds(1)...(.seconds(600)),
            help: "How long running work may take to finish after SIGTERM.")
    }
}
