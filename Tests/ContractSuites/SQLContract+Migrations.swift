import SQL
import Testing

extension SQLContract {
    func migrationsAreAppliedOnce() async throws {
        let first = MigrationSet(
            namespace: "contract_once",
            scripts: [(name: "one", script: "CREATE TABLE contract_m1 (n INTEGER); INSERT INTO contract_m1 VALUES (1)")]
        )
        #expect(try await Migrator([first]).run(on: database) == 1)
        #expect(try await Migrator([first]).run(on: database) == 0)
        let second = try MigrationSet(
            namespace: "contract_once",
            migrations: [
                Migration(number: 2, name: "two", script: "CREATE TABLE contract_m2 (n INTEGER)"), first.migrations[0],
            ])
        let other = MigrationSet(
            namespace: "contract_other", scripts: [(name: "one", script: "CREATE TABLE contract_m3 (n INTEGER)")])
        #expect(try await Migrator([second, other]).run(on: database) == 2)
    }

    func migrationsThatDoNotFitAreRefused() async throws {
        let applied = MigrationSet(
            namespace: "contract_fit",
            scripts: [
                (name: "one", script: "CREATE TABLE contract_f1 (n INTEGER)"),
                (name: "two", script: "CREATE TABLE contract_f2 (n INTEGER)"),
            ])
        try await Migrator([applied]).run(on: database)
        let edited = MigrationSet(
            namespace: "contract_fit",
            scripts: [
                (name: "one", script: "CREATE TABLE contract_f1 (n INTEGER )"),
                (name: "two", script: applied.migrations[1].script),
            ])
        let older = MigrationSet(
            namespace: "contract_fit", scripts: [(name: "one", script: applied.migrations[0].script)])
        for wrong in [edited, older] {
            let failure = await #expect(throws: SQLError.self) { try await Migrator([wrong]).run(on: database) }
            #expect(failure?.code == .migration)
        }
        // A step that fails takes the steps before it with it.
        let broken = MigrationSet(
            namespace: "contract_broken",
            scripts: [
                (name: "one", script: "CREATE TABLE contract_b1 (n INTEGER)"), (name: "two", script: "CREATE TABL x"),
            ])
        await #expect(throws: SQLError.self) { try await Migrator([broken]).run(on: database) }
        let isThere: Int? = try? await database.read { try $0.query("SELECT n FROM contract_b1").count }
        #expect(isThere == nil)
        #expect(throws: SQLError.self) {
            try MigrationSet(namespace: "gap", migrations: [Migration(number: 2, name: "two", script: "SELECT 1")])
        }
    }
}
