package import Contracts
import Crypto
import HTTPForwarder
import HTTPServer
import KeyValue
import Logs
import Platform
import SQL
package import ServiceKit
package import Settings
import Tokens

/// The auth service: accounts, tokens, and the gateway to the other four.
package enum AuthProgram: ServiceProgram {
    package static let name = ServiceName.auth

    package static func configuration(from reader: inout SettingsReader) -> AuthSettings {
        AuthSettings(from: &reader)
    }

    package static func assemble(
        _ settings: AuthSettings, on foundation: ServiceFoundation
    ) async throws -> ServiceApp {
        let folder = foundation.basics.dataFolder
        try Folder.create("\(folder)/keys")
        let keyring = try SigningKeyring(
            folder: "\(folder)/keys", rotation: settings.signingKeyRotation,
            tokenLifetime: settings.accessTokenLifetime, time: foundation.time)
        let passwordKey = try SecretFile.readOrCreate(path: "\(folder)/password.key") {
            randomBytes(PasswordHasher.keyBytesMin)
        }
        let hasher = try PasswordHasher(condensingKey: passwordKey, cost: settings.passwordCost)
        let database = try await foundation.openDatabase(migrations: [AuthMigrations.all])
        let accounts = Accounts(
            database: database, settings: settings, hasher: hasher, keyring: keyring, time: foundation.time)
        let tokens = SessionTokens(verifier: keyring.verifier, standings: accounts.standings)
        let knownKeys = KnownKeys(database: database, time: foundation.time)
        let keys = APIKeys(database: database, known: knownKeys, time: foundation.time)
        let edge = Edge(proxies: settings.trustedProxies)
        let cors = CORSPolicy(origins: settings.corsOrigins)
        let metrics = AuthMetrics(foundation.metrics)
        let documents = UnionDocument(foundation: foundation)

        var api = API()
        AuthRoutes(accounts: accounts, keys: keys, tokens: tokens, edge: edge, metrics: metrics).add(to: &api)
        let gateway = Gateway(
            forwarders: try makeForwarders(foundation), accounts: accounts, tokens: tokens,
            keys: KeyGate(
                known: knownKeys, keyring: keyring, database: database, settings: settings, metrics: metrics,
                time: foundation.time, logger: foundation.logger.named("keys")),
            limiter: RateLimiter(
                settings: settings, store: MemoryKeyValueStore(time: foundation.time),
                logger: foundation.logger.named("limits")),
            edge: edge, corsPolicy: cors, metrics: metrics)
        gateway.add(to: &api)
        Pages(documents: documents).add(to: &api)

        var app = ServiceApp(api: api, tokens: tokens)
        app.middleware = [EdgeMiddleware(cors: cors, edge: edge), UnionDocumentMiddleware(documents: documents)]
        app.onDocument = { documents.setOwn($0) }
        let housekeeping =
            Housekeeping(
                database: database, keyring: keyring, knownKeys: knownKeys, time: foundation.time,
                logger: foundation.logger.named("housekeeping"))
        app.background = [housekeeping]
        app.readiness = [
            ReadinessCheck("database") { _ = try await database.read { try $0.first("SELECT 1") } }
        ]
        app.close = {
            await housekeeping.saveKeyUses()
            await database.close()
        }
        return app
    }

    private static func makeForwarders(_ foundation: ServiceFoundation) throws -> [ServiceName: Forwarder] {
        var forwarders: [ServiceName: Forwarder] = [:]
        for service in GatewayTable.services {
            let url = foundation.basics.url(of: service)
            guard let upstream = UpstreamAddress(url: url) else {
                throw UnusableUpstream(variable: "\(service.environmentPrefix)_URL", url: url)
            }
            forwarders[service] = Forwarder(upstream: upstream, group: foundation.loops, metrics: foundation.metrics)
        }
        return forwarders
    }
}

/// An address of a service that the gateway cannot forward to.
struct UnusableUpstream: Error, CustomStringConvertible {
    let variable: String
    let url: String

    var description: String {
        "\(variable)=\(url): must be http://host:port, because the gateway speaks plain HTTP to the services behind"
    }
}

extension UpstreamAddress {
    /// The host and port of `http://host:port`, with port 80 when there is none; nil for anything else.
    convenience init?(url: String) {
        guard url.hasPrefix("http://") else { return nil }
        let authority = url.dropFirst("http://".utf8.count)
        guard !authority.isEmpty, !authority.contains("/"), !authority.contains("@") else { return nil }
        // An IPv6 address stands in brackets (RFC 3986 section 3.2.2).
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":"), let port = rest.isEmpty ? 80 : UInt16(rest.dropFirst()) else {
                return nil
            }
            self.init(host: String(authority[..<end].dropFirst()), port: port)
        } else {
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2, let port = parts.count == 2 ? UInt16(parts[1]) : 80 else { return nil }
            self.init(host: String(parts[0]), port: port)
        }
    }
}
