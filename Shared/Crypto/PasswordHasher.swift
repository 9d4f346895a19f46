internal import Glibc
internal import Platform

/// Hashes and checks passwords with bcrypt, on threads of its own that yield to everything else.
///
/// A password is first brought to Unicode form KC. What bcrypt would cut off, over 72 bytes or from a NUL on, is
/// condensed with HMAC-SHA-384 under a server-side key and written in base 64, so every character counts.
package final class PasswordHasher: Sendable {
    /// How much work is taken on at a time.
    package struct Limits: Sendable {
        /// Threads that hash; more than cores only make each password slower.
        package var workers: Int
        /// Passwords that may wait for a thread; one more is refused with `.busy`.
        package var waitingMax: Int

        package init(workers: Int = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), waitingMax: Int = 64) {
            self.workers = workers
            self.waitingMax = waitingMax
        }
    }

    /// The key for condensing must have at least this many bytes.
    package static let keyBytesMin = 32

    private let condensingKey: [UInt8]
    private let cost: Int
    private let dummySetting: String
    private let waitingMax: Int
    private let workers: [PasswordWorker]
    /// Passwords given to each worker and not yet done.
    private let depths: Lock<[Int]>

    /// - Parameters:
    ///   - condensingKey: Kept for ever: without it long passwords can no longer be checked.
    ///   - cost: The logarithm of bcrypt's rounds, 4 to 31.
    /// - Throws: `.malformedKey` for a short key, `.library` for a cost that bcrypt does not take.
    package init(condensingKey: [UInt8], cost: Int = 12, limits: Limits = Limits()) throws(CryptoError) {
        guard condensingKey.count >= Self.keyBytesMin else {
            throw CryptoError(.malformedKey, "the key for passwords has fewer than \(Self.keyBytesMin) bytes")
        }
        self.condensingKey = condensingKey
        self.cost = cost
        dummySetting = try Bcrypt.makeSetting(cost: cost)
        waitingMax = limits.waitingMax
        workers = (0..<max(1, limits.workers)).map(PasswordWorker.init)
        depths = Lock([Int](repeating: 0, count: max(1, limits.workers)))
    }

    /// How many passwords are being hashed or waiting.
    package var pendingCount: Int { depths.withLock { $0.reduce(0, +) } }

    /// A new hash with its own salt.
    ///
    /// - Throws: `.busy` when too many wait, `CancellationError` when the caller went away before its turn.
    package func hash(_ password: String) async throws -> String {
        let phrase = phrase(for: password)
        let setting = try Bcrypt.makeSetting(cost: cost)
        let index = try admit()
        defer { release(index) }
        return try await workers[index].hash(phrase, setting: setting)
    }

    /// Whether `hash` was made from `password`. With nil (no such user) it takes as long and is false.
    ///
    /// - Throws: as `hash`, and `.malformedHash` when the stored text is not bcrypt.
    package func verify(_ password: String, against hash: String?) async throws -> Bool {
        if let hash, Bcrypt.cost(of: hash) == nil { throw CryptoError(.malformedHash, "not a bcrypt hash") }
        let phrase = phrase(for: password)
        let setting = hash ?? dummySetting
        let index = try admit()
        defer { release(index) }
        let computed = try await workers[index].hash(phrase, setting: setting)
        return constantTimeEqual(computed.utf8, (hash ?? "").utf8)
    }

    /// Whether a correct password should be hashed anew, because the stored hash has another cost or form.
    package func needsRehash(_ hash: String) -> Bool {
        !hash.hasPrefix("$2b$") || Bcrypt.cost(of: hash) != cost
    }

    /// `PasswordStrength.score` on the hasher's threads, for the same errors as `hash`.
    package func strength(of password: String, ownWords: [String]) async throws -> Int {
        let index = try admit()
        defer { release(index) }
        return try await workers[index].strength(of: password, ownWords: ownWords)
    }

    /// The bytes bcrypt gets: at most 72, no NUL.
    func phrase(for password: String) -> [UInt8] {
        let normalised = Array(UnicodeForm.compatibilityComposed(password).utf8)
        guard normalised.count > Bcrypt.phraseBytesMax || normalised.contains(0) else { return normalised }
        return Array(Base64.encode(HMAC.sha384(normalised, key: condensingKey)).utf8)
    }

    /// Reserves a place with the worker that has the least to do; the caller gives it back with `release`.
    ///
    /// - Throws: `.busy` when too many wait.
    private func admit() throws(CryptoError) -> Int {
        try depths.withLock { [waitingMax] depths throws(CryptoError) in
            guard depths.reduce(0, +) < depths.count + waitingMax,
                let index = depths.indices.min(by: { depths[$0] < depths[$1] })
            else { throw CryptoError(.busy, "too many passwords are waiting") }
            depths[index] += 1
            return index
        }
    }

    private func release(_ index: Int) {
        depths.withLock { $0[index] -= 1 }
    }
}

/// One thread that hashes passwords, in the order they come.
private actor PasswordWorker {
    private let executor: BlockingExecutor
    private var hasYielded = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(index: Int) {
        executor = BlockingExecutor(name: "password-\(index)")
    }

    // Swift 6.3.1 crashes in release builds ("splitting coroutine") when these are inlined into their callers.
    @inline(never)
    func hash(_ phrase: [UInt8], setting: String) throws -> String {
        try begin()
        return try Bcrypt.hash(phrase, setting: setting)
    }

    @inline(never)
    func strength(of password: String, ownWords: [String]) throws -> Int {
        try begin()
        return PasswordStrength.score(of: password, ownWords: ownWords)
    }

    /// Hashing is work beside the requests, never before them: on Linux setpriority(2) with 0 is about this thread.
    private func begin() throws {
        try Task.checkCancellation()
        guard !hasYielded else { return }
        hasYielded = true
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    }
}
