import Crypto
import Glibc
import Platform
import Tokens

/// The installation's signing keys, in files that only the service may read: `token-key-000001.pem` and so on. Replicas
/// that share the folder agree on them, because each file is made once and whole.
///
/// Reading and writing files blocks, so it happens on an executor of its own.
actor SigningKeyring {
    private let folder: String
    private let rotation: Duration
    private let tokenLifetime: Duration
    private let time: any TimeSource
    private let executor = BlockingExecutor(name: "keys")
    private let present: Lock<Present>
    /// Checks the tokens that these keys sign.
    nonisolated let verifier: TokenVerifier

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private struct Present {
        var signer: TokenSigner
        var published: JSONWebKeySet
    }

    /// Reads the keys, or makes the first one. Blocking; for start-up.
    ///
    /// - Parameter folder: Must exist.
    /// - Throws: `CryptoError` when a key file is unreadable or open to others.
    init(folder: String, rotation: Duration, tokenLifetime: Duration, time: any TimeSource) throws {
        self.folder = folder
        self.rotation = rotation
        self.tokenLifetime = tokenLifetime
        self.time = time
        let loaded = try Self.load(folder: folder, rotation: rotation, tokenLifetime: tokenLifetime, at: time.wall)
        present = Lock(loaded)
        verifier = TokenVerifier(keys: loaded.published, time: time)
    }

    /// Signs with the present key.
    nonisolated func sign(_ claims: AccessClaims) throws -> String {
        try present.withLock { $0.signer }.sign(claims)
    }

    /// What `/.well-known/jwks.json` shows.
    nonisolated var published: JSONWebKeySet { present.withLock { $0.published } }

    /// Reads the folder again, makes a new key when one is due, and goes over to what the schedule says.
    ///
    /// - Throws: `CryptoError` as `init`; then the keys stay as they were.
    func update() throws {
        let loaded = try Self.load(folder: folder, rotation: rotation, tokenLifetime: tokenLifetime, at: time.wall)
        let changed = present.withLock { present in
            let changed = present.published.keys.map(\.id) != loaded.published.keys.map(\.id)
            present = loaded
            return changed
        }
        if changed { verifier.replaceKeys(loaded.published) }
    }

    private static func load(
        folder: String, rotation: Duration, tokenLifetime: Duration, at now: Timestamp
    ) throws -> Present {
        var keys: [KeySchedule.Key] = []
        // Numbers have no gaps from the first file on; old files may be removed by hand from the front.
        var number = try firstNumber(in: folder)
        while let key = try read(number, in: folder) {
            keys.append(key)
            number += 1
        }
        var schedule = KeySchedule(keys: keys, tokenLifetime: tokenLifetime)
        if schedule.isRotationDue(at: now, every: rotation) {
            keys.append(try make(number, in: folder, at: now))
            schedule = KeySchedule(keys: keys, tokenLifetime: tokenLifetime)
        }
        guard let signing = schedule.signing(at: now) else { throw CryptoError(.keyFile, "no signing key") }
        return Present(signer: TokenSigner(key: signing), published: schedule.published(at: now))
    }

    private static func firstNumber(in folder: String) throws -> Int {
        guard let directory = opendir(folder) else { throw CryptoError(.keyFile, "opendir: the keys' folder") }
        defer { closedir(directory) }
        var numbers: [Int] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix("token-key-"), name.hasSuffix(".pem"), let number = Int(name.dropFirst(10).dropLast(4)) {
                numbers.append(number)
            }
        }
        return numbers.min() ?? 1
    }

    private static func path(_ number: Int, in folder: String) -> String {
        let digits = String(number)
        return "\(folder)/token-key-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).pem"
    }

    private static func read(_ number: Int, in folder: String) throws -> KeySchedule.Key? {
        guard let bytes = try SecretFile.read(path: path(number, in: folder)) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let line = text.split(separator: "\n").first, line.hasPrefix(madePrefix),
            let madeAt = Timestamp(rfc3339: line.dropFirst(madePrefix.count))
        else { throw CryptoError(.keyFile, "a signing key without its date") }
        return KeySchedule.Key(key: SigningKey(try Ed25519.PrivateKey(pem: text)), madeAt: madeAt)
    }

    private static func make(_ number: Int, in folder: String, at now: Timestamp) throws -> KeySchedule.Key {
        let key = try Ed25519.PrivateKey()
        // Text before the first boundary is no part of the key (RFC 7468 section 2).
        let content = "\(madePrefix)\(now.rfc3339)\n\(try key.pem)"
        try SecretFile.create(path: path(number, in: folder), content: Array(content.utf8))
        // Another replica may have been faster; what is in the file counts.
        guard let made = try read(number, in: folder) else {
            throw CryptoError(.keyFile, "the new signing key is gone")
        }
        return made
    }

    private static let madePrefix = "Made: "
}
