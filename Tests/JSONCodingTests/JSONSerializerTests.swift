import JSONCoding
import Testing

@Suite("Writing JSON")
struct JSONSerializerTests {
    @Test(
        "values are written compactly and in order",
        arguments: [
            (["b": 1, "a": [true, nil]], #"{"b":1,"a":[true,null]}"#), ("x", #""x""#), (-7, "-7"), (2.5, "2.5"),
            ([], "[]"), ([:], "{}"),
        ] as [(JSONValue, String)])
    func compact(value: JSONValue, expected: String) {
        #expect(value.text == expected)
    }

    @Test("only what must be escaped is escaped")
    func escapes() {
        #expect(JSONValue.string("a\"b\\c/d\n\r\t\u{1}\u{7f}é🙂").text == "\"a\\\"b\\\\c/d\\n\\r\\t\\u0001\u{7f}é🙂\"")
        #expect(JSONValue.string("x\u{2028}y\u{2029}z\u{2027}").text == "\"x\\u2028y\\u2029z\u{2027}\"")
    }

    @Test("numbers that are not finite become null")
    func notFinite() {
        #expect(JSONValue.array([.number(.nan), .number(.infinity)]).text == "[null,null]")
    }

    @Test(
        "every double reads back as itself",
        arguments: [
            0.1, 1e300, .leastNonzeroMagnitude, -0.0, 1 / 3, 123_456_789.125, 1e16, Double(Int64.max),
            .greatestFiniteMagnitude,
        ])
    func doubles(number: Double) throws {
        #expect(try JSONValue(parsing: JSONValue.number(number).serialized()).number == number)
    }

    @Test("objects are equal whatever the order of their members, and hash alike")
    func equality() {
        let left: JSONObject = ["a": 1, "b": 2]
        let right: JSONObject = ["b": 2, "a": 1]
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != ["a": 1])
    }

    @Test("setting a member replaces it in its place, setting nil removes it")
    func members() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = 3
        object["c"] = 4
        object["b"] = nil
        #expect(JSONValue.object(object).text == #"{"a":3,"c":4}"#)
    }
}
