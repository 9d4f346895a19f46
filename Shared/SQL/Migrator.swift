/// Brings a database's tables up to what the program expects, at start.
///
/// Everything that is missing is applied in one transaction, so a failed start leaves the database as it was, and two
/// processes that start together do the work once. Applied steps are recorded with a checksum: a step that was edited
/// later, or a database that a newer program has migrated, stops the start.
package struct Migrator: Sendable {
    private let sets: [MigrationSet]

    /// The sets are applied in the order given.
    package init(_ sets: [MigrationSet]) {
        self.sets = sets
    }

    /// Applies what is missing and returns how many steps that were.
    ///
    /// Throws `.migration` when the record does not fit the program, and the engine's error when a script fails.
    @discardableResult
    package func run(on database: any SQLDatabase) async throws -> Int {
        let sets = sets
        return try await database.write { connection in
            try connection.executeScript(Self.table(for: connection.dialect))
            return try sets.reduce(0) { try $0 + Self.apply($1, in: connection) }
        }
    }

    private static func apply(_ set: MigrationSet, in connection: any SQLConnection) throws -> Int {
        let applied = try connection.query(
            """
            SELECT number, name, checksum FROM schema_migrations
            WHERE namespace = \(set.namespace) ORDER BY number
            """)
        guard applied.count <= set.migrations.count else {
            throw SQLError(
                .migration,
                "the database is newer than this program: \(set.namespace) has \(applied.count) migrations there, "
                    + "\(set.migrations.count) here")
        }
        for (row, migration) in zip(applied, set.migrations) {
            let label = "migration \(migration.number) (\(migration.name)) of \(set.namespace)"
            guard try row.get("number", as: Int.self) == migration.number else {
                throw SQLError(.migration, "\(label) is not recorded, but a later one is")
            }
            guard try row.get("checksum", as: String.self) == migration.checksum else {
                throw SQLError(.migration, "\(label) was changed after it had been applied")
            }
        }
        for migration in set.migrations.dropFirst(applied.count) {
            try connection.executeScript(migration.script)
            try connection.execute(
                """
                INSERT INTO schema_migrations (namespace, number, name, checksum, applied_at)
                VALUES (\(set.namespace), \(migration.number), \(migration.name), \(migration.checksum), \
                CAST(CURRENT_TIMESTAMP AS TEXT))
                """)
        }
        return set.migrations.count - applied.count
    }

    private static func table(for dialect: SQLDialect) -> String {
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            namespace TEXT NOT NULL,
            number INTEGER NOT NULL,
            name TEXT NOT NULL,
            checksum TEXT NOT NULL,
            applied_at TEXT NOT NULL,
            PRIMARY KEY (namespace, number)
        )\(dialect == .sqlite ? " STRICT" : "")
        """
    }
}
