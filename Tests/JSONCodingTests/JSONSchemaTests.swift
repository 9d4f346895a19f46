import JSONCoding
import Testing

private let schema = JSONSchema.object(
    [
        ("name", .string(minLength: 1, maxLength: 3)), ("color", .string(format: .color)),
        ("count", .integer(min: 1, max: 10)), ("ids", .array(of: .identifier, maxItems: 2)),
        ("kind", .string(allowed: ["a", "b"])), ("options", .object([("deep", .boolean)], required: ["deep"])),
        ("note", .nullable(.string())),
    ],
    required: ["name", "options"])

@Suite("Checking values against a schema")
struct JSONSchemaTests {
    @Test("a value that fits has no problems")
    func fits() {
        let value: JSONValue = [
            "name": "abc", "color": "#A0b1C2", "count": 10, "ids": ["0197b1c0-0000-7000-8000-000000000001"],
            "kind": "a", "options": ["deep": true], "note": nil, "unknown": 1,
        ]
        #expect(schema.validate(value) == [])
    }

    @Test("every bad field is named at once, with its place")
    func allProblems() {
        let value: JSONValue = [
            "name": "abcd", "color": "red", "count": 11, "ids": ["x", 3, "y"], "kind": "c", "options": [:], "note": 1,
        ]
        let fields = schema.validate(value).map(\.field)
        #expect(fields == ["name", "color", "count", "ids", "kind", "options.deep", "note"])
        #expect(
            schema.validate(["name": "a", "options": ["deep": 1], "ids": ["x"]]).map(\.field) == [
                "ids[0]", "options.deep",
            ])
    }

    @Test("missing and null required fields are problems, optional null is not")
    func required() {
        #expect(schema.validate([:]).map(\.message) == ["is required", "is required"])
        #expect(schema.validate(["name": nil, "options": ["deep": false], "color": nil]).map(\.field) == ["name"])
    }

    @Test("what is not an object is told so")
    func notAnObject() {
        #expect(schema.validate([1]) == [FieldProblem(field: "", message: "must be an object")])
    }

    @Test("lengths count Unicode scalars, at the limit and one past it")
    func lengths() {
        let text = JSONSchema.string(maxLength: 2)
        #expect(text.validate("é🙂").isEmpty)
        #expect(!text.validate("e\u{301}🙂").isEmpty)
    }

    @Test("the list of problems is bounded")
    func bounded() {
        let many = JSONValue.array((0..<1_000).map { .integer(Int64($0)) })
        #expect(JSONSchema.array(of: .string()).validate(many).count == JSONSchema.problemsMax)
    }

    @Test(
        "email addresses",
        arguments: [
            ("a@b.co", true), ("first.last+tag@sub.example.org", true), ("ü@exämple.org", true), ("a@b", false),
            ("@b.co", false), ("a@", false), ("a b@c.co", false), ("a@b..co", false), (".a@b.co", false),
            ("a@-b.co", false), ("a@b.co\r\nBcc: x@y.z", false), ("a@b.123", false), ("a@b@c.co", false),
            (String(repeating: "a", count: 64) + "@b.co", true), (String(repeating: "a", count: 65) + "@b.co", false),
        ])
    func emails(text: String, isGood: Bool) {
        #expect(JSONSchema.string(format: .email).validate(.string(text)).isEmpty == isGood)
    }

    @Test("the JSON Schema form says what is checked")
    func documentForm() {
        #expect(
            JSONSchema.object([("n", .integer(min: 1).described("How many."))], required: ["n"]).json.text
                == #"{"type":"object","properties":{"n":{"type":"integer","minimum":1,"description":"How many."}},"#
                + #""required":["n"]}"#)
        #expect(JSONSchema.nullable(.boolean).json.text == #"{"anyOf":[{"type":"boolean"},{"type":"null"}]}"#)
        #expect(JSONSchema.string(format: .color).json["pattern"]?.string == "^#[0-9A-Fa-f]{6}$")
    }
}
