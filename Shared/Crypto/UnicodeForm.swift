internal import CPasswords
internal import Glibc

/// The two Unicode forms that names and passwords are compared in, by libunistring.
package enum UnicodeForm {
    /// Normalisation form KC (Unicode standard annex 15): one spelling for characters that look and mean the same, so
    /// that a password typed on another keyboard or system is the same password (NIST SP 800-63B section 5.1.1.2).
    package static func compatibilityComposed(_ text: String) -> String {
        converted(text, cpasswords_nfkc)
    }

    /// The form in which two texts are equal when they differ only in case, after form KC (toNFKC_Casefold without the
    /// removal of ignorable characters): a key for "unique without regard to case".
    package static func caseFolded(_ text: String) -> String {
        converted(text, cpasswords_casefold)
    }

    private typealias Conversion = (
        UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, UnsafeMutablePointer<Int>?
    ) -> Int32

    private static func converted(_ text: String, _ convert: Conversion) -> String {
        // Form KC leaves ASCII alone, but case folding does not.
        guard !text.isEmpty else { return text }
        var text = text
        var result: UnsafeMutablePointer<UInt8>?
        var length = 0
        let status = text.withUTF8 { convert($0.baseAddress, $0.count, &result, &length) }
        // Swift's strings are always well-formed UTF-8, which leaves only lack of memory.
        guard status == 0, let result else { fatalError("u8_normalize fails on UTF-8 only without memory") }
        defer { free(result) }
        return String(decoding: UnsafeBufferPointer(start: result, count: length), as: UTF8.self)
    }
}
