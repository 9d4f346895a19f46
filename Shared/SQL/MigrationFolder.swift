import Glibc

/// Reads numbered migration files: `0001_name.sql`, or `0001_name.sqlite.sql` beside `0001_name.postgres.sql` where the
/// two dialects need different statements.
package struct MigrationFolder: Sendable {
    /// A migration file larger than this is refused.
    static let fileBytesMax = 4 << 20

    private let path: String

    package init(path: String) {
        self.path = path
    }

    /// The steps for `dialect`. Other files in the folder are ignored unless they end in `.sql`.
    ///
    /// Throws `.migration` for a folder or file that cannot be read, a name that does not fit, or a gap in the numbers.
    package func load(namespace: String, dialect: SQLDialect) throws(SQLError) -> MigrationSet {
        var migrations: [Int: (isVariant: Bool, migration: Migration)] = [:]
        for file in try fileNames() where file.hasSuffix(".sql") {
            guard let parts = MigrationFileName(file) else {
                throw SQLError(.migration, "migration file \(file): the name must be like 0001_name.sql")
            }
            if let only = parts.dialect, only != dialect { continue }
            if let other = migrations[parts.number], other.isVariant == (parts.dialect != nil) {
                throw SQLError(.migration, "migration \(parts.number) of \(namespace) exists twice")
            }
            // A file for this dialect alone is taken before one for all dialects.
            if parts.dialect == nil, migrations[parts.number] != nil { continue }
            let migration = Migration(number: parts.number, name: parts.name, script: try read(file))
            migrations[parts.number] = (parts.dialect != nil, migration)
        }
        return try MigrationSet(namespace: namespace, migrations: migrations.values.map(\.migration))
    }

    private func fileNames() throws(SQLError) -> [String] {
        guard let folder = opendir(path) else {
            throw SQLError(.migration, "the migration folder cannot be opened", engineCode: "errno \(errno)")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { String(decodingCString: $0, as: UTF8.self) }
            }
            names.append(name)
        }
        return names.sorted()
    }

    private func read(_ file: String) throws(SQLError) -> String {
        let descriptor = open("\(path)/\(file)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SQLError(.migration, "migration file \(file) cannot be opened", engineCode: "errno \(errno)")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw SQLError(.migration, "migration file \(file) cannot be read", engineCode: "errno \(errno)")
            }
            bytes += buffer[..<count]
            guard bytes.count <= Self.fileBytesMax else {
                throw SQLError(.migration, "migration file \(file) is larger than \(Self.fileBytesMax) bytes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SQLError(.migration, "migration file \(file) is not UTF-8")
        }
        return text
    }
}

/// The parts of `0007_add_colour.postgres.sql`.
struct MigrationFileName {
    let number: Int
    let name: String
    let dialect: SQLDialect?

    init?(_ file: String) {
        var parts = file.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.popLast() == "sql", let stem = parts.first, parts.count <= 2 else { return nil }
        if parts.count == 2 {
            guard let dialect = SQLDialect(rawValue: String(parts[1])) else { return nil }
            self.dialect = dialect
        } else {
            dialect = nil
        }
        guard let underscore = stem.firstIndex(of: "_"),
            stem[..<underscore].count == 4, stem[..<underscore].allSatisfy({ $0.isASCII && $0.isNumber }),
            let number = Int(stem[..<underscore]), number > 0
        else { return nil }
        let name = stem[stem.index(after: underscore)...]
        guard !name.isEmpty else { return nil }
        self.number = number
        self.name = String(name)
    }
}
