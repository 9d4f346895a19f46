import ContractSuites
import Glibc
import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing

struct SQLiteDatabaseTests {
    /// Opens a database in a folder of its own and closes it whatever happens.
    private func withDatabase(
        _ options: SQLiteOptions = SQLiteOptions(), _ body: (SQLiteDatabase, TemporaryFolder) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let database = try await SQLiteDatabase(path: folder.file("deep/er/test.sqlite"), options: options)
        do {
            try await body(database, folder)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    private func text(_ database: SQLiteDatabase, _ pragma: String) async throws -> String? {
        try await database.write { try $0.first(SQLQuery(trusted: pragma))?.get(at: 0, as: SQLValue.self) }
            .map { value in
                switch value {
                case .integer(let number): "\(number)"
                case .text(let text): text
                default: value.kind
                }
            }
    }

    @Test func `SQLite keeps the contract of a database`() async throws {
        try await withDatabase { (database, _) async throws in try await SQLContract(database).checkAll() }
    }

    @Test func `SQLite keeps the contract with a single reader`() async throws {
        var options = SQLiteOptions()
        options.readers = 1
        options.batchWritesMax = 1
        try await withDatabase(options) { (database, _) async throws in try await SQLContract(database).checkAll() }
    }

    @Test func `a database is opened durable, with foreign keys, for this user only`() async throws {
        try await withDatabase { (database, folder) async throws in
            #expect(try await text(database, "PRAGMA journal_mode") == "wal")
            #expect(try await text(database, "PRAGMA synchronous") == "2")
            #expect(try await text(database, "PRAGMA foreign_keys") == "1")
            #expect(
                try await text(
                    database, "SELECT count(*) FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'")
                    == "1")
            var status = stat()
            #expect(stat(folder.file("deep/er/test.sqlite"), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func `what was written is there after opening anew`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("test.sqlite")
        let first = try await SQLiteDatabase(path: path)
        try await first.write { connection in
            try connection.executeScript("CREATE TABLE t (n INTEGER) STRICT; INSERT INTO t VALUES (7);")
        }
        await first.close()
        // Closing has moved the log into the file.
        #expect(access(path + "-wal", F_OK) != 0)
        let second = try await SQLiteDatabase(path: path)
        #expect(try await second.read { try $0.first("SELECT n FROM t")?.get("n", as: Int.self) } == 7)
        await second.close()
        let failure = await #expect(throws: SQLError.self) { try await second.read { _ = try $0.query("SELECT 1") } }
        #expect(failure?.code == .closed)
        await #expect(throws: SQLError.self) { try await second.write { _ = try $0.query("SELECT 1") } }
    }

    @Test func `a file that is no database is refused as corrupt`() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("test.sqlite", [UInt8](repeating: 0x41, count: 8192))
        let failure = await #expect(throws: SQLError.self) { try await SQLiteDatabase(path: path) }
        #expect(failure?.code == .corrupt)
    }

    @Test func `a long read ends when its task is cancelled, and the reader serves on`() async throws {
        var options = SQLiteOptions()
        options.readers = 1
        try await withDatabase(options) { (database, _) async throws in
            let started = Lock<CheckedContinuation<Void, Never>?>(nil)
            let endless: SQLQuery = """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n
                """
            let isCancelled = await withTaskGroup(of: Bool.self) { group in
                await withCheckedContinuation { continuation in
                    started.withLock { $0 = continuation }
                    group.addTask {
                        do {
                            try await database.read { connection in
                                started.withLock { $0 }?.resume()
                                _ = try connection.query(endless)
                            }
                            return false
                        } catch {
                            return error is CancellationError
                        }
                    }
                }
                // A read that waits for the busy reader is cancelled in the queue.
                group.addTask { (try? await database.read { _ = try $0.query("SELECT 1") }) == nil }
                group.cancelAll()
                return await group.reduce(true) { $0 && $1 }
            }
            #expect(isCancelled)
            #expect(try await database.read { try $0.first("SELECT 5 AS n")?.get("n", as: Int.self) } == 5)
        }
    }

    @Test func `a deferred foreign key fails the write that broke it and no other`() async throws {
        try await withDatabase { (database, _) async throws in
            try await database.write { connection in
                try connection.executeScript(
                    """
                    CREATE TABLE p (id INTEGER PRIMARY KEY) STRICT;
                    CREATE TABLE c (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
                    """)
            }
            let codes = await withTaskGroup(of: SQLError.Code?.self) { group in
                for n in 0..<20 {
                    group.addTask {
                        do {
                            try await database.write { connection in
                                try connection.execute("INSERT INTO c (p) VALUES (\(n))")
                                if n.isMultiple(of: 2) { try connection.execute("INSERT INTO p (id) VALUES (\(n))") }
                            }
                            return nil
                        } catch {
                            return (error as? SQLError)?.code
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.filter { $0 == .foreignKeyViolation }.count == 10)
            #expect(codes.filter { $0 == nil }.count == 10)
        }
    }

    @Test func `a write that ends the shared transaction fails all writes of its batch`() async throws {
        try await withDatabase { (database, _) async throws in
            try await database.write { try $0.executeScript("CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT") }
            try await database.write { _ = try $0.execute("INSERT INTO t VALUES (1)") }
            let failure = await #expect(throws: SQLError.self) {
                try await database.write { _ = try $0.execute("INSERT OR ROLLBACK INTO t VALUES (1)") }
            }
            #expect(failure?.code == .uniqueViolation)
            // The writer goes on.
            try await database.write { _ = try $0.execute("INSERT INTO t VALUES (2)") }
        }
    }

    @Test func `writes that wait together share a commit`() async throws {
        try await withDatabase { (database, _) async throws in
            try await database.write { try $0.executeScript("CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT") }
            let before = await database.commitCount
            try await withThrowingTaskGroup(of: Void.self) { group in
                for n in 0..<500 {
                    group.addTask { try await database.write { _ = try $0.execute("INSERT INTO t VALUES (\(n))") } }
                }
                try await group.waitForAll()
            }
            let commits = await database.commitCount - before
            #expect(commits < 100)
        }
    }

    @Test func `two processes' worth of writers do not lose each other's rows`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("test.sqlite")
        let databases = [try await SQLiteDatabase(path: path), try await SQLiteDatabase(path: path)]
        try await databases[0].write { try $0.executeScript("CREATE TABLE t (w INTEGER, n INTEGER) STRICT") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, database) in databases.enumerated() {
                for n in 0..<200 {
                    group.addTask {
                        try await database.write { _ = try $0.execute("INSERT INTO t VALUES (\(index), \(n))") }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(
            try await databases[1].read { try $0.first("SELECT count(*) AS n FROM t")?.get("n", as: Int.self) } == 400)
        for database in databases { await database.close() }
    }

    @Test func `a backup taken while others write is one consistent state`() async throws {
        try await withDatabase { (database, folder) async throws in
            try await database.write { try $0.executeScript("CREATE TABLE t (n INTEGER, filler BLOB) STRICT") }
            let filler = [UInt8](repeating: 1, count: 3000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for n in 0..<150 {
                        try await database.write { connection in
                            try connection.execute("INSERT INTO t VALUES (\(n * 2), \(filler))")
                            try connection.execute("INSERT INTO t VALUES (\(n * 2 + 1), \(filler))")
                        }
                    }
                }
                group.addTask {
                    for copy in 0..<5 { try await database.backUp(to: folder.file("copy-\(copy).sqlite")) }
                }
                try await group.waitForAll()
            }
            for copy in 0..<5 {
                let backup = try await SQLiteDatabase(path: folder.file("copy-\(copy).sqlite"))
                try await backup.check()
                let count = try await backup.read {
                    try $0.first("SELECT count(*) AS n FROM t")?.get("n", as: Int.self)
                }
                #expect(try #require(count).isMultiple(of: 2))
                await backup.close()
            }
        }
    }

    @Test func `vacuum gives space back and full text search is there`() async throws {
        try await withDatabase { (database, _) async throws in
            try await database.write { connection in
                try connection.executeScript("CREATE VIRTUAL TABLE words USING fts5 (body)")
                try connection.execute("INSERT INTO words VALUES ('the quick brown fox')")
            }
            try await database.vacuum()
            let found = try await database.read { connection in
                try connection.query("SELECT rowid AS id FROM words WHERE words MATCH \("quick")").count
            }
            #expect(found == 1)
            // What a user typed is not shown when the engine does not understand it.
            let failure = await #expect(throws: SQLError.self) {
                try await database.read { _ = try $0.query("SELECT rowid FROM words WHERE words MATCH \("s3cret\"")") }
            }
            #expect(failure?.code == .syntax)
            #expect(!"\(failure.map { "\($0)" } ?? "")".contains("s3cret"))
        }
    }

    @Test func `waiting writes and reads are bounded`() async throws {
        var options = SQLiteOptions()
        options.readers = 1
        options.waitingReadsMax = 2
        options.waitingWritesMax = 2
        try await withDatabase(options) { (database, _) async throws in
            let codes = await withTaskGroup(of: SQLError.Code?.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        do {
                            try await database.write { _ = try $0.query("SELECT 1") }
                            return nil
                        } catch {
                            return (error as? SQLError)?.code
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.contains(nil))
            #expect(codes.allSatisfy { $0 == nil || $0 == .busy })
        }
    }
}
