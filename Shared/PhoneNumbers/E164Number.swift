internal import CPhoneNumbers

/// A telephone number as networks and providers want it (ITU-T E.164): a plus sign, country code and national number, at
/// most 15 digits.
package struct E164Number: Sendable, Hashable {
    /// Longest text that is looked at, in bytes: numbers come with spaces, dots, brackets.
    package static let inputBytesMax = 64
    /// Digits of the longest number, and the plus sign.
    private static let bytesMax = 16

    /// Such as `+15005550006`.
    package let text: String

    /// Reads a number as people write it: `+1 (500) 555-0006`, or a national one when there is a `region`.
    ///
    /// Accepted is what has a length that numbers of its country have. Whether it is in use is not asked: the library's
    /// tables of number ranges are older than the newest numbers, and only the provider knows. An extension is left out.
    /// Takes some 20 µs, the first time a few milliseconds for the library's tables. Any thread.
    ///
    /// - Parameter region: The country (ISO 3166, two capital letters) of numbers without a country code; nil for none.
    /// - Throws: what is wrong with it.
    package init(_ text: String, region: String? = nil) throws(PhoneNumberError) {
        // The library takes letters for keys of a telephone and leaves out what it does not know.
        guard text.utf8.count <= Self.inputBytesMax else { throw .tooLong }
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else { throw .notANumber }
        var digits = [UInt8](repeating: 0, count: Self.bytesMax)
        var count = 0
        var given = text
        let status = given.withUTF8 { given in
            digits.withUnsafeMutableBytes { digits in
                Self.read(given, region, into: digits, &count)
            }
        }
        switch status {
        case LECTERN_PHONE_OK: break
        case LECTERN_PHONE_NO_COUNTRY: throw .noCountry
        case LECTERN_PHONE_UNKNOWN_COUNTRY: throw .unknownCountry
        case LECTERN_PHONE_TOO_SHORT: throw .tooShort
        case LECTERN_PHONE_TOO_LONG: throw .tooLong
        case LECTERN_PHONE_WRONG_LENGTH: throw .wrongLength
        default: throw .notANumber
        }
        self.text = String(decoding: digits.prefix(count), as: UTF8.self)
    }

    /// Whether `region` is the name of a country whose national numbers can be read.
    package static func isRegion(_ region: String) -> Bool {
        region.utf8.count == 2 && region.utf8.allSatisfy { (0x41...0x5A).contains($0) }
            && lectern_phone_knows_region(region)
    }

    private static func read(
        _ given: UnsafeBufferPointer<UInt8>, _ region: String?, into digits: UnsafeMutableRawBufferPointer,
        _ count: inout Int
    ) -> LecternPhoneStatus {
        given.withMemoryRebound(to: CChar.self) { given in
            // An empty text has no address of its own.
            guard let start = given.baseAddress, let out = digits.baseAddress else { return LECTERN_PHONE_NOT_A_NUMBER }
            let buffer = out.assumingMemoryBound(to: CChar.self)
            guard let region else {
                return lectern_phone_e164(start, given.count, nil, buffer, digits.count, &count)
            }
            return region.withCString { lectern_phone_e164(start, given.count, $0, buffer, digits.count, &count) }
        }
    }
}

/// Why a text is no telephone number that can be called from anywhere.
package enum PhoneNumberError: String, Error, Sendable, CaseIterable {
    case notANumber = "not_a_number"
    case noCountry = "no_country"
    case unknownCountry = "unknown_country"
    case tooShort = "too_short"
    case tooLong = "too_long"
    case wrongLength = "wrong_length"

    /// For the person who wrote the number.
    package var message: String {
        switch self {
        case .notANumber: "must be a telephone number"
        case .noCountry: "must begin with + and a country code, such as +1 500 555 0006"
        case .unknownCountry: "has a country code that does not exist"
        case .tooShort: "is too short for its country"
        case .tooLong: "is too long for its country"
        case .wrongLength: "has a length that numbers of its country do not have"
        }
    }
}
