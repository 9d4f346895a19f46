internal import COpenSSL
internal import CPasswords
internal import Glibc

/// bcrypt of the system's crypt library in its `$2b$` form. Blocks for the whole computation: about 250 ms at cost 12.
enum Bcrypt {
    /// What bcrypt looks at; it ignores every byte after these (crypt(5)).
    static let phraseBytesMax = 72

    /// A setting with a fresh salt. Throws `.library` for a cost outside 4...31.
    static func makeSetting(cost: Int) throws(CryptoError) -> String {
        var text = [CChar](repeating: 0, count: 192)  // CRYPT_GENSALT_OUTPUT_SIZE
        let status = cpasswords_bcrypt_setting(UInt(clamping: cost), randomBytes(16), &text, text.count)
        guard status == 0 else { throw CryptoError(.library, "crypt_gensalt_rn: \(String(cString: strerror(status)))") }
        return string(text)
    }

    /// The hash of `phrase` (at most 72 bytes, none of them NUL) under `setting`, which may be a whole hash. The copy
    /// of the phrase made for the call is wiped.
    static func hash(_ phrase: [UInt8], setting: String) throws(CryptoError) -> String {
        precondition(phrase.count <= phraseBytesMax && !phrase.contains(0), "bcrypt would cut the phrase off")
        var terminated = phrase.map(CChar.init(bitPattern:)) + [0]
        defer { OPENSSL_cleanse(&terminated, terminated.count) }
        var output = [CChar](repeating: 0, count: 384)  // CRYPT_OUTPUT_SIZE
        let status = cpasswords_crypt(terminated, setting, &output, output.count)
        guard status == 0 else { throw CryptoError(.library, "crypt_r: \(String(cString: strerror(status)))") }
        return string(output)
    }

    /// The cost of a well-formed hash (`$2b$12$` and 53 characters; `$2a$` and `$2y$` name the same algorithm), else nil.
    static func cost(of hash: String) -> Int? {
        let bytes = Array(hash.utf8)
        guard bytes.count == 60, ["$2a$", "$2b$", "$2y$"].contains(where: hash.hasPrefix),
            bytes[6] == UInt8(ascii: "$"),
            bytes[7...].allSatisfy(isDigit)
        else { return nil }
        return Int(String(decoding: bytes[4..<6], as: UTF8.self)).flatMap { (4...31).contains($0) ? $0 : nil }
    }

    /// Whether `byte` is in bcrypt's own alphabet of base 64.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
