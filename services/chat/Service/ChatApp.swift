package import Contracts
import HTTPClient
import KeyValue
import LanguageModels
import Logs
import SQL
package import ServiceKit
package import Settings

/// The chat service: questions about the user's lectures, answered in a stream with citations.
package enum ChatApp: ServiceProgram {
    package static let name = ServiceName.chat

    package static func configuration(from reader: inout SettingsReader) -> ChatSettings {
        ChatSettings(from: &reader)
    }

    package static func assemble(
        _ settings: ChatSettings, on foundation: ServiceFoundation
    ) async throws -> ServiceApp {
        let database = try await foundation.openDatabase(migrations: [migrations])
        let sessions = StudySessions(database: database, time: foundation.time, timeout: settings.sessionTimeout)
        try await sessions.closeInterrupted()
        let metrics = ChatMetrics(registry: foundation.metrics)
        let writer = AnswerWriter(
            models: ModelSelector(
                settings.models, client: foundation.client, metrics: foundation.metrics,
                logger: foundation.logger.named("models"),
                time: foundation.time),
            extractive: ExtractiveDesk(), prompts: PromptFolder(path: settings.promptsFolder),
            answerTokensMax: settings.models.answerTokensMax,
            cache: AnswerCache(store: MemoryKeyValueStore(time: foundation.time), logger: foundation.logger),
            sessions: sessions, metrics: metrics, logger: foundation.logger.named("answers"), time: foundation.time)
        let desk = AnswerDesk(
            sessions: sessions, material: Material(ingest: PeerClient(to: .ingest, on: foundation)), writer: writer,
            shelf: AnswerShelf(time: foundation.time), time: foundation.time)

        var api = API()
        StudyChatRoutes(desk: desk, metrics: metrics).add(to: &api)
        ChatSocketRoutes(desk: desk, metrics: metrics, logger: foundation.logger.named("socket")).add(to: &api)
        SessionRoutes(sessions: sessions).add(to: &api)
        var app = ServiceApp(api: api, tokens: PublishedKeys(foundation: foundation))
        app.readiness = [
            ReadinessCheck("database") { _ = try await database.read { try $0.first("SELECT 1 AS one") } }
        ]
        app.close = { await database.close() }
        return app
    }

    static let migrations = MigrationSet(
        namespace: "chat",
        scripts: [(name: "sessions", script: String(decoding: PackageResources._001_sessions_sql, as: UTF8.self))])
}
