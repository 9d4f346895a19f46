import Glibc
import SQL
import TestSupport
import Testing

struct SQLQueryTests {
    @Test func `one query is written for each dialect`() {
        let (owner, limit) = ("me", 5)
        let query: SQLQuery = "SELECT a FROM t WHERE o = \(owner) AND n < \(limit) AND x IN (\(list: [1, 2]))"
        #expect(query.text(for: .sqlite) == "SELECT a FROM t WHERE o = ?1 AND n < ?2 AND x IN (?3, ?4)")
        #expect(query.text(for: .postgres) == "SELECT a FROM t WHERE o = $1 AND n < $2 AND x IN ($3, $4)")
        #expect(query.arguments == [.text("me"), .integer(5), .integer(1), .integer(2)])
    }

    @Test func `fragments are numbered on and names stand as they are`() {
        let condition: SQLQuery = "b = \(2)"
        var query: SQLQuery = "UPDATE \(raw: "t") SET a = \(1) WHERE \(condition) \(sqlite: "S", postgres: "P")"
        query.append(" AND c = \(3)")
        #expect(query.text(for: .sqlite) == "UPDATE t SET a = ?1 WHERE b = ?2 S AND c = ?3")
        #expect(query.text(for: .postgres) == "UPDATE t SET a = $1 WHERE b = $2 P AND c = $3")
    }

    @Test func `descriptions show no values`() {
        let secret = "hunter2"
        let query: SQLQuery = "SELECT \(secret)"
        #expect(!"\(query)".contains(secret))
        let missing: String? = nil
        let optional: SQLQuery = "SELECT \(missing)"
        #expect(optional.arguments == [.null])
    }

    @Test func `migration files are read in order, for the dialect, and wrong names are refused`() throws {
        let folder = try TemporaryFolder()
        try folder.write("0001_first.sql", Array("CREATE TABLE a (n INTEGER);".utf8))
        try folder.write("0002_second.sqlite.sql", Array("-- sqlite".utf8))
        try folder.write("0002_second.postgres.sql", Array("-- postgres".utf8))
        try folder.write("README.md", Array("x".utf8))
        let set = try MigrationFolder(path: folder.path).load(namespace: "x", dialect: .sqlite)
        #expect(set.migrations.map(\.number) == [1, 2])
        #expect(set.migrations[1].script == "-- sqlite")
        let other = try MigrationFolder(path: folder.path).load(namespace: "x", dialect: .postgres)
        #expect(other.migrations[1].script == "-- postgres")
        #expect(set.migrations[1].checksum != other.migrations[1].checksum)
        for name in ["third.sql", "3_third.sql", "0000_zero.sql", "0003_.sql", "0003_x.mysql.sql", "000३_x.sql"] {
            let path = try folder.write(name, [])
            #expect(throws: SQLError.self, "\(name)") {
                try MigrationFolder(path: folder.path).load(namespace: "x", dialect: .sqlite)
            }
            remove(path)
        }
        try folder.write("0004_gap.sql", [])
        #expect(throws: SQLError.self) {
            try MigrationFolder(path: folder.path).load(namespace: "x", dialect: .sqlite)
        }
    }
}
