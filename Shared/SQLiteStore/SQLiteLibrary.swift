import CSQLite
import Glibc
import Platform
import SQL

/// What the linked SQLite is, and what it does not do for a new file.
enum SQLiteLibrary {
    /// sqlite3_libversion.
    static var version: String { String(cString: sqlite3_libversion()) }

    /// Creates the file, so that its mode is 0600 from the beginning (the log files get the same), and its folder.
    static func prepareFile(at path: String) throws {
        try makeFolder(SQLiteBackup.parent(of: path))
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open") }
        Glibc.close(descriptor)
        try SQLiteBackup.makeDurable(SQLiteBackup.parent(of: path))
    }

    private static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT else { throw failure("mkdir") }
        try makeFolder(SQLiteBackup.parent(of: path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir") }
    }

    private static func failure(_ call: String) -> SQLError {
        let number = errno
        let code: SQLError.Code =
            number == ENOSPC ? .full : number == EROFS || number == EACCES ? .readOnly : .cannotOpen
        return SQLError(code, "\(call) failed for the database file", engineCode: "errno \(number)")
    }
}
