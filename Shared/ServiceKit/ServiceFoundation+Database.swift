import Contracts
import Logs
package import SQL
import SQLiteStore

extension ServiceFoundation {
    /// Opens the service's database and brings its schema up to date: SQLite in the service's own folder, or in the folder
    /// that `DATABASE_URL` names.
    ///
    /// - Parameter migrations: The service's own steps and those of the modules it uses, such as Jobs.
    /// - Throws: `SQLError` when the file cannot be opened, is damaged, or belongs to a newer program.
    package func openDatabase(migrations: [MigrationSet]) async throws -> any SQLDatabase {
        var folder = basics.dataFolder
        let prefix = "sqlite://"
        if basics.databaseURL.hasPrefix(prefix) {
            folder = String(basics.databaseURL.dropFirst(prefix.utf8.count))
            try Folder.create(folder)
        }
        let database = try await SQLiteDatabase(
            path: "\(folder)/\(basics.service.rawValue).sqlite", logger: logger.named("database"))
        do {
            try await Migrator(migrations).run(on: database)
        } catch {
            await database.close()
            throw error
        }
        return database
    }
}
