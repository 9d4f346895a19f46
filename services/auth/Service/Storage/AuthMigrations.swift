import SQL

/// The steps of auth's tables, from the files in `Migrations`, which the build puts into the program.
enum AuthMigrations {
    static var all: MigrationSet {
        MigrationSet(
            namespace: "auth",
            scripts: [
                ("initial", text(PackageResources._001_initial_sql)),
                ("api_keys", text(PackageResources._002_api_keys_sql)),
            ])
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
