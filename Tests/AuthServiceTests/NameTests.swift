import Testing

@testable import AuthService

@Suite struct NameTests {
    @Test(arguments: ["al", "Ada Lovelace", "jean-luc_42", "Ümit.Ö", "李小龍", "анна", String(repeating: "x", count: 64)])
    func `Names of people are names`(text: String) throws {
        #expect(try Username(text).text == text)
    }

    @Test(
        "What is no name is refused",
        arguments: [
            "", "x", " ada", "ada ", "a  b", "ada@example.org", "a\nb", "a\0b", "a\tb", "a/b", "<b>", "a\u{200B}b",
            "a\u{202E}b", "a\u{AD}b", "😀😀", String(repeating: "x", count: 65), "a\u{FEFF}b", "a;b", "a'b",
        ])
    func refusedName(text: String) {
        #expect(throws: FieldRefusal.self) { try Username(text) }
    }

    @Test(arguments: [
        ("Ada", "aDA"), ("Straße", "STRASSE"), ("ﬁsh", "FISH"), ("\u{C5}sa", "A\u{30A}SA"), ("Ａｄａ", "ada"),
    ])
    func `Names that differ in case or form only are the same`(left: String, right: String) throws {
        #expect(try Username(left).key == Username(right).key)
    }

    @Test(
        "Addresses are addresses",
        arguments: [
            "a@b.de", "ada.lovelace+x@example.org", "o'neil@example.co.uk", "用户@例子.广告", "x@xn--bcher-kva.example",
            String(repeating: "l", count: 64) + "@example.org",
        ])
    func addresses(text: String) throws {
        #expect(try EmailAddress(text).text == text)
    }

    @Test(
        "What is no address is refused",
        arguments: [
            "", "ada", "@example.org", "ada@", "ada@localhost", "a@b@", "a..b@example.org", ".a@example.org",
            "a.@example.org", "a b@example.org", "a@exa mple.org", "a@-b.de", "a@b-.de", "a@b..de", "a@1.2.3.4",
            "a@[1.2.3.4]", "\"a\"@b.de", "a@b.de\r\nBcc: x@y.de", "a\0@b.de", "a@b.de,c@d.de", "<a@b.de>",
            String(repeating: "l", count: 65) + "@example.org", "a@" + String(repeating: "b", count: 64) + ".de",
            "a@" + String(repeating: "bcd.", count: 63) + "de",
        ])
    func refusedAddress(text: String) {
        #expect(throws: FieldRefusal.self) { try EmailAddress(text) }
    }
}
