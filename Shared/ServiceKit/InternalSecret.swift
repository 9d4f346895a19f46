import Crypto
import Platform
package import Settings

/// The secret that all services of an installation share.
package enum InternalSecret {
    /// The configured secret, or the one in `<varFolder>/internal-secret`, which is made when it is not there. Two
    /// services that start at the same time end up with the same one: the file appears whole or not at all (link(2)).
    ///
    /// - Throws: `CryptoError` when the file can neither be read nor made.
    package static func load(configured: Secret?, varFolder: String) throws -> [UInt8] {
        if let configured { return Array(configured.revealed.utf8) }
        let path = "\(varFolder)/internal-secret"
        return try SecretFile.readOrCreate(path: path) { Array(Base64.encode(randomBytes(32)).utf8) }
    }
}
