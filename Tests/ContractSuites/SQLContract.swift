import Platform
package import SQL
import Testing

/// What every ``SQLDatabase`` must do. A store's tests call each check with a fresh database of their own.
package struct SQLContract: Sendable {
    let database: any SQLDatabase

    package init(_ database: any SQLDatabase) {
        self.database = database
    }

    /// Runs all checks, one after the other; each uses tables of its own.
    package func checkAll() async throws {
        try await valuesComeBackAsTheyWere()
        try await rowsThrowInsteadOfTrapping()
        try await listsAndFragmentsBind()
        try await constraintsHaveCodes()
        try await aThrowingWriteLeavesNothing()
        try await writesTogetherFailAlone()
        try await readsSeeOneState()
        try await readsCannotWrite()
        try await connectionsEndWithTheirClosure()
        try await actionsRunAfterTheCommitOnly()
        try await transactionControlIsRefused()
        try await cancelledCallsDoNothing()
        try await migrationsAreAppliedOnce()
        try await migrationsThatDoNotFitAreRefused()
    }

    /// A table of one's own; `columns` in words that both dialects know, `blob` and `bigint` excepted.
    private func makeTable(_ name: String, _ columns: String) async throws {
        let (isSQLite, name) = (database.dialect == .sqlite, name)
        let types =
            isSQLite
            ? columns.replacing("bigint", with: "INTEGER").replacing("bytes", with: "BLOB").replacing(
                "float", with: "REAL")
            : columns.replacing("bytes", with: "BYTEA").replacing("float", with: "DOUBLE PRECISION")
        try await database.write { connection in
            try connection.executeScript("CREATE TABLE \(name) (\(types))\(isSQLite ? " STRICT" : "")")
        }
    }

    func valuesComeBackAsTheyWere() async throws {
        try await makeTable("contract_values", "id bigint PRIMARY KEY, t TEXT, b bytes, i bigint, r float")
        let texts = ["", "plain", "null\u{0}inside", "naïve 𝄞 e\u{301}", "'; DROP TABLE x; --", "?1 $1 :a"]
        let blobs: [[UInt8]] = [[], [0], [0, 1, 2, 255], [UInt8](repeating: 7, count: 100_000)]
        let integers: [Int64] = [.min, -1, 0, 1, .max]
        let reals: [Double] = [0, -0.5, .pi, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
        let isPostgres = database.dialect == .postgres
        let rows = try await database.write { connection in
            var id = 0
            for text in texts where !(isPostgres && text.contains("\u{0}")) {
                id += 1
                try connection.execute("INSERT INTO contract_values (id, t) VALUES (\(id), \(text))")
            }
            for blob in blobs {
                id += 1
                try connection.execute("INSERT INTO contract_values (id, b) VALUES (\(id), \(blob))")
            }
            for integer in integers {
                id += 1
                try connection.execute("INSERT INTO contract_values (id, i) VALUES (\(id), \(integer))")
            }
            for real in reals {
                id += 1
                try connection.execute("INSERT INTO contract_values (id, r) VALUES (\(id), \(real))")
            }
            return try connection.query("SELECT id, t, b, i, r FROM contract_values ORDER BY id")
        }
        #expect(
            try rows.compactMap { try $0.get("t", as: String?.self) }
                == texts.filter { !isPostgres || !$0.contains("\u{0}") })
        #expect(try rows.compactMap { try $0.get("b", as: [UInt8]?.self) } == blobs)
        #expect(try rows.compactMap { try $0.get("i", as: Int64?.self) } == integers)
        #expect(try rows.compactMap { try $0.get("r", as: Double?.self) } == reals)

        let (moment, name) = (Timestamp(millisecondsSince1970: 1_700_000_000_123), Identifier.make())
        try await makeTable("contract_types", "a TEXT, m bigint, f bigint")
        let row = try await database.write { connection in
            try connection.execute("INSERT INTO contract_types (a, m, f) VALUES (\(name), \(moment), \(true))")
            return try connection.first("SELECT a, m, f FROM contract_types")
        }
        #expect(try row?.get("a", as: Identifier.self) == name)
        #expect(try row?.get("m", as: Timestamp.self) == moment)
        #expect(try row?.get("f", as: Bool.self) == true)
    }

    func rowsThrowInsteadOfTrapping() async throws {
        let row = try #require(
            try await database.read { try $0.first("SELECT 'text' AS t, 5 AS i, CAST(NULL AS TEXT) AS n") })
        #expect(throws: SQLError.self) { try row.get("missing", as: String.self) }
        #expect(throws: SQLError.self) { try row.get("t", as: Int.self) }
        #expect(throws: SQLError.self) { try row.get("n", as: String.self) }
        #expect(throws: SQLError.self) { try row.get(at: 3, as: String.self) }
        #expect(throws: SQLError.self) { try row.get(at: -1, as: String.self) }
        #expect(throws: SQLError.self) { try row.get("t", as: Identifier.self) }
        #expect(throws: SQLError.self) { try row.get("i", as: Bool.self) }
        #expect(try row.get("n", as: String?.self) == nil)
        #expect(try row.get("t", as: String?.self) == "text")
    }

    func listsAndFragmentsBind() async throws {
        try await makeTable("contract_lists", "n bigint PRIMARY KEY")
        try await database.write { connection in
            for n in 1...5 { try connection.execute("INSERT INTO contract_lists (n) VALUES (\(n))") }
        }
        func numbers(_ query: SQLQuery) async throws -> [Int] {
            try await database.read { try $0.query(query).map { try $0.get("n") } }
        }
        #expect(try await numbers("SELECT n FROM contract_lists WHERE n IN (\(list: [2, 4, 9])) ORDER BY n") == [2, 4])
        #expect(try await numbers("SELECT n FROM contract_lists WHERE n IN (\(list: [Int]())) ORDER BY n") == [])
        #expect(
            try await numbers("SELECT n FROM contract_lists WHERE n NOT IN (\(list: [Int]())) ORDER BY n")
                == [1, 2, 3, 4, 5])
        let condition: SQLQuery = "n > \(1)"
        var query: SQLQuery = "SELECT n FROM contract_lists WHERE \(condition) AND n < \(5)"
        query.append(" AND n <> \(3) ORDER BY n")
        #expect(try await numbers(query) == [2, 4])
        let visited = Lock<[Int]>([])
        struct Enough: Error {}
        await #expect(throws: Enough.self) {
            try await database.read { connection in
                try connection.forEach("SELECT n FROM contract_lists ORDER BY n") { row in
                    let n = try row.get("n", as: Int.self)
                    visited.withLock { $0.append(n) }
                    if n == 2 { throw Enough() }
                }
            }
        }
        #expect(visited.withLock { $0 } == [1, 2])
    }

    func constraintsHaveCodes() async throws {
        try await makeTable(
            "contract_parents", "id bigint PRIMARY KEY, name TEXT NOT NULL UNIQUE, size bigint CHECK (size > 0)")
        try await makeTable("contract_children", "parent bigint REFERENCES contract_parents (id)")
        let database = database
        try await database.write { connection in
            _ = try connection.execute("INSERT INTO contract_parents (id, name, size) VALUES (1, 'one', 1)")
        }
        func code(_ query: SQLQuery) async -> SQLError.Code? {
            do {
                try await database.write { _ = try $0.execute(query) }
                return nil
            } catch {
                return (error as? SQLError)?.code
            }
        }
        #expect(await code("INSERT INTO contract_parents (id, name, size) VALUES (1, 'two', 1)") == .uniqueViolation)
        #expect(await code("INSERT INTO contract_parents (id, name, size) VALUES (2, 'one', 1)") == .uniqueViolation)
        #expect(await code("INSERT INTO contract_parents (id, name, size) VALUES (2, NULL, 1)") == .notNullViolation)
        #expect(await code("INSERT INTO contract_parents (id, name, size) VALUES (2, 'two', 0)") == .checkViolation)
        #expect(await code("INSERT INTO contract_children (parent) VALUES (9)") == .foreignKeyViolation)
        #expect(await code("SELEC 1") == .syntax)
        #expect(await code("SELECT nothing FROM contract_parents") == .syntax)
        let secret = "s3cret-value"
        do {
            try await database.write { connection in
                try connection.execute("INSERT INTO contract_parents (id, name, size) VALUES (3, \(secret), 1)")
                try connection.execute("INSERT INTO contract_parents (id, name, size) VALUES (4, \(secret), 1)")
            }
            Issue.record("a second row with the same name was accepted")
        } catch {
            #expect(!"\(error)".contains(secret))
        }
    }

    func aThrowingWriteLeavesNothing() async throws {
        try await makeTable("contract_rollback", "n bigint PRIMARY KEY")
        struct Refused: Error {}
        await #expect(throws: Refused.self) {
            try await database.write { connection in
                try connection.execute("INSERT INTO contract_rollback (n) VALUES (1)")
                throw Refused()
            }
        }
        #expect(try await count("contract_rollback") == 0)
        let changed = try await database.write { connection in
            try connection.execute("INSERT INTO contract_rollback (n) VALUES (1), (2), (3)")
        }
        #expect(changed == 3)
        let none = try await database.write { connection in
            try connection.execute("UPDATE contract_rollback SET n = n WHERE n > \(100)")
        }
        #expect(none == 0)
    }

    func writesTogetherFailAlone() async throws {
        try await makeTable("contract_together", "n bigint PRIMARY KEY")
        struct Refused: Error {}
        let failures = await withTaskGroup(of: Bool.self) { group in
            for n in 0..<200 {
                group.addTask { [database] in
                    do {
                        try await database.write { connection in
                            try connection.execute("INSERT INTO contract_together (n) VALUES (\(n))")
                            if n % 3 == 0 { throw Refused() }
                        }
                        return false
                    } catch {
                        return error is Refused
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 67)
        #expect(try await count("contract_together") == 133)
    }

    func readsSeeOneState() async throws {
        try await makeTable("contract_states", "n bigint PRIMARY KEY")
        // Every write adds two rows: no read may ever see an odd number, nor two different numbers.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [database] in
                for n in 0..<50 {
                    try await database.write { connection in
                        try connection.execute("INSERT INTO contract_states (n) VALUES (\(n * 2))")
                        try connection.execute("INSERT INTO contract_states (n) VALUES (\(n * 2 + 1))")
                    }
                }
            }
            for _ in 0..<4 {
                group.addTask { [database] in
                    for _ in 0..<50 {
                        let counts = try await database.read { connection in
                            try (0..<2).map { _ in
                                try connection.first("SELECT count(*) AS n FROM contract_states")?.get(
                                    "n", as: Int.self) ?? -1
                            }
                        }
                        #expect(counts[0] % 2 == 0)
                        #expect(counts[0] == counts[1])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    func readsCannotWrite() async throws {
        try await makeTable("contract_readonly", "n bigint PRIMARY KEY")
        await #expect(throws: SQLError.self) {
            try await database.read { _ = try $0.execute("INSERT INTO contract_readonly (n) VALUES (1)") }
        }
        #expect(try await count("contract_readonly") == 0)
    }

    func connectionsEndWithTheirClosure() async throws {
        let kept = Lock<(any SQLConnection)?>(nil)
        try await database.read { connection in
            nonisolated(unsafe) let connection = connection
            kept.withLock { $0 = connection }
        }
        let code = kept.withLock { connection -> SQLError.Code? in
            do {
                _ = try connection?.query("SELECT 1")
                return nil
            } catch {
                return (error as? SQLError)?.code
            }
        }
        #expect(code == .misuse)
    }

    func actionsRunAfterTheCommitOnly() async throws {
        struct Refused: Error {}
        let calls = Lock<[String]>([])
        try await database.write { connection in
            connection.afterCommit { calls.withLock { $0.append("kept") } }
            calls.withLock { $0.append("body") }
        }
        _ = try? await database.write { connection in
            connection.afterCommit { calls.withLock { $0.append("lost") } }
            throw Refused()
        }
        #expect(calls.withLock { $0 } == ["body", "kept"])
    }

    func transactionControlIsRefused() async throws {
        for statement in ["COMMIT", "  /* x */ rollback", "-- y\nBEGIN", "SAVEPOINT a", "END"] {
            let failure = await #expect(throws: SQLError.self) {
                try await database.write { _ = try $0.execute(SQLQuery(trusted: statement)) }
            }
            #expect(failure?.code == .misuse)
            await #expect(throws: SQLError.self) {
                try await database.write { try $0.executeScript("SELECT 1; \(statement)") }
            }
        }
    }

    func cancelledCallsDoNothing() async throws {
        try await makeTable("contract_cancel", "n bigint PRIMARY KEY")
        let isCancelled = await withTaskGroup(of: Bool.self) { group in
            group.cancelAll()
            group.addTask { [database] in
                do {
                    try await database.write { _ = try $0.execute("INSERT INTO contract_cancel (n) VALUES (1)") }
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            return await group.next() == true
        }
        #expect(isCancelled)
        #expect(try await count("contract_cancel") == 0)
    }

    private func count(_ table: String) async throws -> Int {
        try await database.read { connection in
            try connection.first("SELECT count(*) AS n FROM \(raw: table)")?.get("n") ?? -1
        }
    }
}
