import Testing

@Suite("An executable that cannot start says why")
struct FailedStartTests {
    @Test(
        "wrong settings: one line for each, naming the variable, and the exit status for configuration",
        arguments: ["auth", "chat", "ingest", "docs", "notify"])
    func wrongSettings(service: String) throws {
        let port = "\(service.uppercased())_PORT"
        let lectern = try Installation(environment: ["LOG_LEVEL": "LOUD", port: "eighty"])
        let end = try lectern.failedStart(service)
        #expect(end.status == 78)
        let lines = end.printed.split(separator: "\n")
        #expect(lines.count == 2, "\(end.printed)")
        for name in ["LOG_LEVEL", port] {
            #expect(lines.contains { $0.hasPrefix("ERROR - lectern-\(service): \(name)") }, "\(end.printed)")
        }
    }

    @Test("a port in use: one line, and a failure")
    func portInUse() async throws {
        let lectern = try Installation()
        try await lectern.start("docs")
        let end = try lectern.failedStart("docs")
        #expect(end.status == 1)
        #expect(end.printed.split(separator: "\n").count == 1, "\(end.printed)")
        #expect(end.printed.hasPrefix("ERROR - lectern-docs: "))
        #expect(try lectern.stop("docs") == 0)
    }
}
