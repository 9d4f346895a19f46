internal import COpenSSL

/// What went wrong in a cryptographic call. The text names the C function and OpenSSL's reason, never a key or a message.
package struct CryptoError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The library refused or failed.
        case library
        /// Bytes that are no key of the expected kind.
        case malformedKey
        /// A stored password hash that is not bcrypt.
        case malformedHash
        /// A key file that others may read, or that cannot be read or written.
        case keyFile
        /// More passwords are waiting than `PasswordHasher.Limits` allows.
        case busy
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code): \(message)" }

    /// The failure of the C function just called, with the newest reason from OpenSSL's queue of this thread, which is
    /// emptied. Must run before any other OpenSSL call.
    static func library(_ function: StaticString) -> CryptoError {
        let number = ERR_peek_last_error()
        ERR_clear_error()
        guard number != 0, let reason = ERR_reason_error_string(number) else {
            return CryptoError(.library, "\(function) failed")
        }
        return CryptoError(.library, "\(function): \(String(cString: reason))")
    }
}
