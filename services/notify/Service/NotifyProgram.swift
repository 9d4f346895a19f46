package import Contracts
import Embeddings
import SQL
package import ServiceKit
package import Settings

/// The notify service: incidents, and what people and machines are told about them and about anything else.
package enum NotifyProgram: ServiceProgram {
    package static let name = ServiceName.notify

    /// To be called first of all in the program: what the matrix library reads from the environment must be there before
    /// the first thread.
    package static func prepareProcess() {
        NativeEmbedder.prepareProcess()
    }

    package static func configuration(from reader: inout SettingsReader) -> NotifySettings {
        NotifySettings(from: &reader)
    }

    package static func assemble(
        _ settings: NotifySettings, on foundation: ServiceFoundation
    ) async throws -> ServiceApp {
        let database = try await foundation.openDatabase(migrations: NotifyHouse.migrations)
        do {
            let house = try await NotifyHouse(settings, foundation: foundation, database: database)
            try await house.registerJobs()
            return house.app(tokens: PublishedKeys(foundation: foundation))
        } catch {
            await database.close()
            throw error
        }
    }
}
