package import Contracts
import Embeddings
import Logs
import ObjectStore
import ReaderHost
import ReaderProtocol
package import ServiceKit
package import Settings

/// The ingest service: from a file to searchable, cited knowledge.
package enum IngestApp: ServiceProgram {
    package static let name = ServiceName.ingest

    /// To be called first of all in the program: what the matrix library reads from the environment must be there before
    /// the first thread.
    package static func prepareProcess() {
        NativeEmbedder.prepareProcess()
    }

    package static func configuration(from reader: inout SettingsReader) -> IngestSettings {
        IngestSettings(from: &reader)
    }

    package static func assemble(
        _ settings: IngestSettings, on foundation: ServiceFoundation
    ) async throws -> ServiceApp {
        let (basics, logger) = (foundation.basics, foundation.logger)
        let embedder = embedder(settings, foundation)
        let shelves = try await ObjectShelves(settings.conversations, on: foundation)
        let house = try await IngestHouse(
            settings, folder: basics.dataFolder,
            database: try await foundation.openDatabase(migrations: IngestHouse.migrations),
            reader: reader(settings, logger), embedder: embedder, objects: shelves.standard, logger: logger,
            metrics: foundation.metrics, time: foundation.time)
        try await house.registerJobs()
        let conversations = ConversationHouse(
            settings.conversations, database: house.database, jobs: house.jobs, shelves: shelves, on: foundation)
        try await conversations.registerJobs()
        var app = house.app(tokens: PublishedKeys(foundation: foundation))
        conversations.add(to: &app.api)
        app.readiness.append(ReadinessCheck("objects") { try await shelves.standard.checkReachable() })
        if let embedder { app.background.insert(embedder, at: 0) }
        return app
    }

    private static func reader(_ settings: IngestSettings, _ logger: Logger) -> ReaderPool {
        var configuration = ReaderConfiguration()
        configuration.languages = settings.languages
        configuration.limits.memoryBytes = settings.readerMemoryBytes
        configuration.limits.pageTimeout = settings.readerPageTimeout
        return ReaderPool(
            executable: settings.readerExecutable.isEmpty ? nil : settings.readerExecutable,
            configuration: configuration, workerCount: settings.readerWorkers, logger: logger.named("reader"))
    }

    /// The built-in embedder, or nil with a line in the log when its files are not there.
    private static func embedder(_ settings: IngestSettings, _ foundation: ServiceFoundation) -> NativeEmbedder? {
        let usual = "\(foundation.basics.varFolder)/models/all-MiniLM-L6-v2"
        let folder = settings.modelFolder.isEmpty ? usual : settings.modelFolder
        guard ModelFiles.areComplete(in: folder) else {
            foundation.logger.warning(
                "the embedding model is not installed (make setup); lectures are found by their words only",
                [("model.folder", folder)])
            return nil
        }
        return NativeEmbedder(modelFolder: folder, logger: foundation.logger.named("embedder"), time: foundation.time)
    }
}
