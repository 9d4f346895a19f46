import Settings
import Testing

private enum Colour: String, CaseIterable { case red, green }

@Suite("Reading settings")
struct SettingsReaderTests {
    @Test("a missing or empty variable takes its default")
    func defaults() throws {
        var reader = SettingsReader(environment: ["EMPTY": ""])
        #expect(reader.integer("PORT", default: 8080, in: 1...65_535, help: "") == 8080)
        #expect(reader.string("EMPTY", default: "x", help: "") == "x")
        #expect(reader.secret("KEY", help: "") == nil)
        #expect(reader.choice("COLOUR", default: Colour.green, help: "") == .green)
        try reader.finish()
    }

    @Test("all mistakes are reported together, each with variable, value and what is allowed")
    func allMistakes() {
        var reader = SettingsReader(environment: [
            "PORT": "70000", "COLOUR": "blue", "WAIT": "soon", "URL": "ftp://x", "ON": "maybe", "KEY": "short",
        ])
        #expect(reader.integer("PORT", default: 1, in: 1...65_535, help: "") == 1)
        _ = reader.choice("COLOUR", default: Colour.red, help: "")
        _ = reader.duration("WAIT", default: .seconds(1), in: .seconds(1)...(.seconds(60)), help: "")
        _ = reader.baseURL("URL", help: "")
        _ = reader.flag("ON", default: false, help: "")
        _ = reader.secret("KEY", lengthMin: 16, help: "")
        let error = #expect(throws: SettingsError.self) { try reader.finish() }
        #expect(error?.mistakes.map(\.variable) == ["PORT", "COLOUR", "WAIT", "URL", "ON", "KEY"])
        #expect(error?.description.contains("PORT=70000: must be a whole number from 1 to 65535") == true)
        #expect(error?.description.contains("short") == false)
    }

    @Test(
        "durations come with a unit or as seconds",
        arguments: [
            ("24h", Duration.seconds(86_400)), ("30m", .seconds(1_800)), ("45s", .seconds(45)), ("7", .seconds(7)),
            ("500ms", .milliseconds(500)), ("2d", .seconds(172_800)),
        ])
    func durations(text: String, expected: Duration) throws {
        var reader = SettingsReader(environment: ["D": text])
        #expect(reader.duration("D", default: .zero, in: .zero...(.seconds(1_000_000)), help: "") == expected)
        try reader.finish()
    }

    @Test("what is no duration is refused", arguments: ["-1s", "1.5h", "h", "1 h", "1w", "99999999999s", "+3", "٣s"])
    func badDurations(text: String) {
        var reader = SettingsReader(environment: ["D": text])
        _ = reader.duration("D", default: .zero, in: .zero...(.seconds(1_000_000_000_000)), help: "")
        #expect(throws: SettingsError.self) { try reader.finish() }
    }

    @Test("a number at its limit is taken and one past it is refused")
    func limits() {
        for (text, isGood) in [("1", true), ("0", false), ("10", true), ("11", false)] {
            var reader = SettingsReader(environment: ["N": text])
            _ = reader.integer("N", default: 5, in: 1...10, help: "")
            #expect((try? reader.finish()) != nil ? isGood : !isGood)
        }
    }

    @Test(
        "a base URL needs a scheme and a host and loses its trailing slash",
        arguments: [
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"), ("https://a.example/base/", "https://a.example/base"),
            ("http://[::1]:80", "http://[::1]:80"), ("http://", nil), ("http://:80", nil), ("http://a:0", nil),
            ("http://a:99999", nil), ("http://u@h", nil), ("http://h?q", nil), ("//h", nil), ("http://h h", nil),
        ] as [(String, String?)])
    func baseURLs(text: String, expected: String?) {
        var reader = SettingsReader(environment: ["U": text])
        let value = reader.baseURL("U", default: "", help: "")
        if let expected {
            #expect(value == expected)
        } else {
            #expect(throws: SettingsError.self) { try reader.finish() }
        }
    }

    @Test("the environment wins over .env, and .env over the default")
    func dotEnv() throws {
        let text = """
            # a comment
            export A=from-file
            B='single # quoted'  # comment
            C="line\\nbreak"
            D=plain # comment
            E=with#hash

            """
        var reader = SettingsReader(environment: ["A": "from-environment"], dotenv: text)
        #expect(reader.string("A", help: "") == "from-environment")
        #expect(reader.string("B", help: "") == "single # quoted")
        #expect(reader.string("C", help: "") == "line\nbreak")
        #expect(reader.string("D", help: "") == "plain")
        #expect(reader.string("E", help: "") == "with#hash")
        try reader.finish()
    }

    @Test("a malformed line of .env is named by its number and does not show what may be a secret")
    func malformedLine() {
        let reader = SettingsReader(environment: [:], dotenv: "GOOD=1\nTOKEN='open secret\n")
        let error = #expect(throws: SettingsError.self) { try reader.finish() }
        #expect(error?.mistakes.map(\.variable) == [".env line 2"])
        #expect(error?.description.contains("open secret") == false)
    }

    @Test("a secret shows itself in no description")
    func secretsAreRedacted() {
        let secret = Secret("hunter2")
        #expect("\(secret)" == "(secret)")
        #expect(String(reflecting: secret) == "(secret)")
        #expect(String(describing: Mirror(reflecting: secret).children.map { $0 }) == "[]")
        #expect(secret.revealed == "hunter2")
    }
}
