import Foundation
import JSONCoding
import Testing

@Suite("Parsing JSON")
struct JSONParserTests {
    @Test(
        "well-formed texts give their values",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("0", .integer(0)), ("-0", .integer(0)), ("0e1", .number(0)),
            ("1.5e3", .number(1_500)), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("\"\"", .string("")),
            (#""\u0041\n\/\ud83d\ude42""#, .string("A\n/🙂")), ("[]", .array([])), ("[1,[2]]", [1, [2]]),
            ("{\"a\":{\"b\":[null]}}", ["a": ["b": [nil]]]), ("\"\u{2028}\"", .string("\u{2028}")),
        ] as [(String, JSONValue)])
    func wellFormed(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(
        "what RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "nul", "nulll", "True", "'a'", "[1,]", "[,1]", "[1 2]", "{,}", "{\"a\":1,}", "{a:1}", "{\"a\" 1}",
            "{\"a\":}", "{\"a\":1 \"b\":2}", "[", "{", "]", "01", "-", "-01", "+1", ".5", "1.", "1e", "1e+", "0x10",
            "1_0",
            "NaN", "Infinity", "1e999", "\"\n\"", "\"\u{0}\"", "\"\t\"", #""\x""#, #""\u12""#, #""\u12g4""#,
            #""\ud800""#,
            #""\udc00""#, #""\ud800\u0041""#, #""\"#, "\"", "// c\n1", "/* c */ 1", "1 2", "{}[]", "\u{feff}1", "٣",
            #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#,
        ])
    func malformed(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        "bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xc0, 0xaf], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
            [0xff],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        for text in [[0x22] + bytes + [0x22], [0x22, 0x5c, 0x6e] + bytes + [0x22]] as [[UInt8]] {
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
            #expect(error?.reason == .invalidUTF8)
        }
    }

    @Test("an error tells the place")
    func places() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\"a\": [1, x]}") }
        #expect(error?.offset == 10)
        #expect(error?.reason == .unexpectedCharacter)
    }

    @Test("nesting is taken at the limit and refused one past it")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        _ = try JSONValue(parsing: nested(JSONLimits.depthMax))
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(JSONLimits.depthMax + 1)) }
        #expect(error?.reason == .tooDeep)
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test("members are taken at the limit and refused one past it")
    func members() throws {
        func object(_ count: Int) -> String {
            "{" + (0..<count).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        }
        #expect(try JSONValue(parsing: object(JSONLimits.membersMax)).object?.count == JSONLimits.membersMax)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: object(JSONLimits.membersMax + 1)) }
        #expect(error?.reason == .tooManyMembers)
        #expect(throws: JSONError.self) { try JSONValue(parsing: object(40).dropLast() + ",\"7\":1}") }
    }

    @Test("no mutation of a text makes the parser trap, and what it takes it writes back the same")
    func mutations() throws {
        let seed = Array(#"{"a":[1,-2.5e3,true,null,"x\u00e9\ud83d\ude42"],"b":{"c":"\n"},"d":""}"#.utf8)
        var random = SplitMix(state: 42)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<(1 + Int(random.next() % 3)) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
                }
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect(try JSONValue(parsing: value.serialized()) == value)
        }
    }

    @Test("whatever is accepted, Foundation accepts, too")
    func agreesWithFoundation() throws {
        let seed = Array(#"{"a":[1,2.5,"x"],"b":null}"#.utf8)
        for index in seed.indices {
            for replacement in Array(#"{}[],:"0x-. "#.utf8) {
                var bytes = seed
                bytes[index] = replacement
                guard (try? JSONValue(parsing: bytes)) != nil else { continue }
                let parsed = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
                #expect(parsed != nil, "\(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
