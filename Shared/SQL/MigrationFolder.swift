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
        var files: [(name: String, bytes: [UInt8])] = []
        for name in try fileNames() where name.hasSuffix(".sql") {
            files.append((name, try read(name)))
        }
        return try MigrationSet(namespace: namespace, files: files, dialect: dialect)
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

    private func read(_ file: String) throws(SQLError) -> [UInt8] {
        let descriptor = open("\(path)/\(file)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SQLError(.migration, "migration file \(file) cannot be opened", engineCode: "errno \(errno)")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw SQLError(.migration, "migration file \(file) cannot be read", engineCode: "errno \(errno)")
            }
            bytes += buffer[..<count]
            guard bytes.count <= Self.fileBytesMax else {
                throw SQLError(.migration, "migration file \(file) is larger than \(Self.fileBytesMax) bytes")
            }
        }
    }
}
