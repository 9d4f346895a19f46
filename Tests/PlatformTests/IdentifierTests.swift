import Platform
import Testing

@Suite struct IdentifierTests {
    @Test func `New identifiers are of version 7, in order and all different`() {
        var previous = Identifier.make()
        for _ in 0..<20_000 {
            let next = Identifier.make()
            #expect(next > previous)
            previous = next
        }
        #expect(previous.version == 7)
        #expect(previous.bytes[8] >> 6 == 0b10)
    }

    @Test func `The time of an identifier leads its text`() throws {
        let identifier = Identifier.make(at: try #require(Timestamp(rfc3339: "2022-02-22T19:22:22Z")))
        #expect(identifier.description.hasPrefix("017f22e2-79b0-7"))
    }

    @Test func `Text and bytes convert both ways, in either case`() throws {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        let identifier = try #require(Identifier(text))
        #expect(identifier.description == text)
        #expect(Identifier(text.uppercased()) == identifier)
        #expect(Identifier(bytes: identifier.bytes) == identifier)
        #expect(identifier.bytes.count == 16)
        #expect(hexEncoded(bytes: identifier.bytes) == text.filter { $0 != "-" })
    }

    @Test(arguments: [
        "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
        "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2x79b0-7cc3-98c4-dc0c0c07398f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", "017f22e2-79b0-7cc3-98c4-dc0c0c07398é",
    ])
    func `Other text is refused`(text: String) {
        #expect(Identifier(text) == nil)
    }
}

@Suite struct EncodingTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `The vectors of RFC 4648 hold`(plain: String, encoded: String) {
        #expect(Base64.encode(plain.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        let unpadded = encoded.filter { $0 != "=" }
        #expect(Base64.encodeURL(plain.utf8) == unpadded)
        #expect(Base64.decodeURL(unpadded) == Array(plain.utf8))
    }

    @Test func `Random bytes of every length survive base 64 and base 16`() {
        for count in 0..<70 {
            let bytes = SystemRandom.bytes(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: ["Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "====", "Z", "Zm-_", "é"])
    func `Sloppy base 64 is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Zg==", "Zh", "Z", "Zm+/", "Zm9v "])
    func `Sloppy base 64 for URLs is refused`(text: String) {
        #expect(Base64.decodeURL(text) == nil)
    }

    @Test(arguments: ["0", "0g", "é0"])
    func `Sloppy base 16 is refused`(text: String) {
        #expect(Hex.decode(text) == nil)
    }
}
