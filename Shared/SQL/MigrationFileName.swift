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
