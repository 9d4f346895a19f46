/// One step of a schema: applied once, never changed afterwards.
package struct Migration: Sendable, Hashable {
    /// 1 for the first step; the steps of a set are numbered without gaps.
    package let number: Int
    /// A few words for logs and for the record.
    package let name: String
    /// One or more statements without parameters and without transaction control.
    package let script: String

    package init(number: Int, name: String, script: String) {
        self.number = number
        self.name = name
        self.script = script
    }

    /// A fingerprint of the script that tells an edited file from the one that was applied. It guards against
    /// accidents, not against attackers, so a 64-bit FNV-1a hash is enough.
    package var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in script.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The steps of one owner's tables: a service's own, or those of a module such as Jobs.
package struct MigrationSet: Sendable {
    /// Whose tables these are, such as `ingest` or `jobs`. Numbers count within it.
    package let namespace: String
    package let migrations: [Migration]

    /// Throws `.migration` when the numbers are not 1, 2, 3 and so on.
    package init(namespace: String, migrations: [Migration]) throws(SQLError) {
        let sorted = migrations.sorted { $0.number < $1.number }
        for (index, migration) in sorted.enumerated() where migration.number != index + 1 {
            throw SQLError(
                .migration, "migrations of \(namespace): expected number \(index + 1), found \(migration.number)")
        }
        self.namespace = namespace
        self.migrations = sorted
    }

    /// A module's own steps, written in its source, in the order of their application.
    package init(namespace: String, scripts: [(name: String, script: String)]) {
        self.namespace = namespace
        migrations = scripts.enumerated().map { index, step in
            Migration(number: index + 1, name: step.name, script: step.script)
        }
    }

    /// The steps in numbered files: `0001_name.sql`, or `0001_name.sqlite.sql` beside `0001_name.postgres.sql` where the
    /// two dialects need different statements. For files that are constants of the program.
    ///
    /// Throws `.migration` for a name or content that does not fit, a number used twice, or a gap.
    package init(
        namespace: String, files: [(name: String, bytes: [UInt8])], dialect: SQLDialect
    ) throws(SQLError) {
        var chosen: [Int: (name: MigrationFileName, script: String)] = [:]
        for file in files {
            guard let name = MigrationFileName(file.name) else {
                throw SQLError(.migration, "migration file \(file.name): the name must be like 0001_name.sql")
            }
            guard let script = String(validating: file.bytes, as: UTF8.self) else {
                throw SQLError(.migration, "migration file \(file.name) is not UTF-8")
            }
            if let only = name.dialect, only != dialect { continue }
            if let other = chosen[name.number] {
                guard (other.name.dialect == nil) != (name.dialect == nil) else {
                    throw SQLError(.migration, "migration \(name.number) of \(namespace) exists twice")
                }
                // A file for this dialect alone goes before one for all dialects.
                if name.dialect == nil { continue }
            }
            chosen[name.number] = (name, script)
        }
        let migrations = chosen.values.map { Migration(number: $0.name.number, name: $0.name.name, script: $0.script) }
        try self.init(namespace: namespace, migrations: migrations)
    }
}
