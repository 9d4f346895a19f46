import PhoneNumbers
import Testing

@Suite struct E164NumberTests {
    @Test(
        "Numbers as people write them become what networks want",
        arguments: [
            ("+15005550006", nil, "+15005550006"), ("+1 (500) 555-0006", nil, "+15005550006"),
            ("+1.500.555.0006", nil, "+15005550006"), ("tel:+1-500-555-0006", nil, "+15005550006"),
            ("  +49 30 901820 ", nil, "+4930901820"), ("030 901820", "DE", "+4930901820"),
            ("0044 20 7946 0018", "DE", "+442079460018"), ("020 7946 0018", "GB", "+442079460018"),
            ("(500) 555-0006", "US", "+15005550006"), ("+44 20 7946 0018", "US", "+442079460018"),
            ("+1 500 555 0006 ext. 5", nil, "+15005550006"), ("＋１５００５５５０００６", nil, "+15005550006"),
            ("+39 02 36618300", nil, "+390236618300"), ("+800 1234 5678", nil, "+80012345678"),
            ("+٤٩٣٠٩٠١٨٢٠", nil, "+4930901820"),
        ] as [(String, String?, String)])
    func good(text: String, region: String?, expected: String) throws {
        #expect(try E164Number(text, region: region).text == expected)
    }

    @Test(
        "What cannot be called is refused with its reason",
        arguments: [
            ("", nil, .notANumber), (" ", nil, .notANumber), ("hello", nil, .notANumber), ("+", nil, .notANumber),
            ("++++", nil, .notANumber), ("5005550006", nil, .noCountry), ("030 901820", nil, .noCountry),
            ("+999 123456789", nil, .unknownCountry), ("+0 123456789", nil, .unknownCountry),
            ("+1 500 555", nil, .tooShort), ("+1 500 555 00066", nil, .tooLong),
            ("+1234567890123456789", nil, .tooLong), ("+15005550006\r\nBcc: x", nil, .notANumber),
            ("+1500555\u{0}0006", nil, .notANumber), ("901820", "US", .tooShort),
        ] as [(String, String?, PhoneNumberError)])
    func bad(text: String, region: String?, reason: PhoneNumberError) {
        #expect(throws: reason) { try E164Number(text, region: region) }
        #expect(!reason.message.isEmpty)
    }

    @Test func `Any text within the limit is answered, a longer one refused unread`() {
        let spaced = "+1" + String(repeating: " ", count: E164Number.inputBytesMax - 12) + "5005550006"
        #expect((try? E164Number(spaced))?.text == "+15005550006")
        #expect(throws: PhoneNumberError.tooLong) { try E164Number(" " + spaced) }
        for first in 0..<256 {
            for second in stride(from: 0, to: 256, by: 7) {
                let text = String(decoding: [UInt8(first), UInt8(second), 0x35, 0x35], as: UTF8.self)
                if let number = try? E164Number(text, region: "US") {
                    #expect(number.text.first == "+" && number.text.utf8.count <= 16)
                }
            }
        }
    }

    @Test func `Regions are known by two capital letters`() {
        for region in ["US", "DE", "JP"] { #expect(E164Number.isRegion(region)) }
        for region in ["", "U", "us", "USA", "ZZ", "XX", "1A", "001"] { #expect(!E164Number.isRegion(region)) }
    }
}
