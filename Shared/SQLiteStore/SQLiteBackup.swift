import CSQLite
import Glibc
import Platform
import SQL

/// Owns one `sqlite3_backup *`.
private struct BackupHandle: ~Copyable {
    let pointer: OpaquePointer

    init?(from source: OpaquePointer, to target: OpaquePointer) {
        guard let pointer = sqlite3_backup_init(target, "main", source, "main") else { return nil }
        self.pointer = pointer
    }

    deinit {
        // sqlite3_backup_finish repeats the error of the last step, which has been reported already.
        sqlite3_backup_finish(pointer)
    }
}

/// The online backup of SQLite: a consistent copy while others write.
enum SQLiteBackup {
    private static let pagesPerStep: Int32 = 4096

    /// Copies what `source` sees into `path`, which appears complete or not at all.
    static func run(from source: SQLiteConnection, to path: String) throws {
        let partial = path + ".partial"
        unlink(partial)
        do {
            try copy(from: source, to: partial)
            try makeDurable(partial)
            guard rename(partial, path) == 0 else { throw SystemError.last("rename") }
            try makeDurable(parent(of: path))
        } catch {
            unlink(partial)
            throw error
        }
    }

    private static func copy(from source: SQLiteConnection, to path: String) throws {
        // An open read transaction keeps the source as it is; without it, a write between two steps would begin the
        // copy anew.
        try source.change("BEGIN")
        defer { _ = try? source.change("ROLLBACK") }
        _ = try source.run("SELECT count(*) FROM sqlite_schema", [])
        let target = try SQLiteHandle(path: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        try source.withHandle { handle in
            guard let backup = BackupHandle(from: handle, to: target.pointer) else {
                throw SQLError(sqlite: target.pointer, status: sqlite3_extended_errcode(target.pointer), phase: .step)
            }
            var status = SQLITE_OK
            while status == SQLITE_OK {
                try Task.checkCancellation()
                status = sqlite3_backup_step(backup.pointer, pagesPerStep)
            }
            guard status == SQLITE_DONE else {
                throw SQLError(sqlite: target.pointer, status: status, phase: .step)
            }
        }
    }

    /// fsync(2) of a file or folder.
    static func makeDurable(_ path: String) throws {
        let file = try FileDescriptor.openForReading(path: path)
        guard fsync(file.rawValue) == 0 else { throw SystemError.last("fsync") }
    }

    /// The folder that `path` is in.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
