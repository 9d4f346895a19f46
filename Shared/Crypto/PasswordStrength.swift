internal import CPasswords
internal import Glibc

/// How hard a password is to guess, by libzxcvbn.
package enum PasswordStrength {
    /// Longest password that is scored whole; beyond it the entropy only grows.
    package static let bytesMax = 512

    /// A score from 0 (guessed at once) to 4, by the published thresholds of zxcvbn: 10^3, 10^6, 10^8 and 10^10 guesses.
    /// `ownWords` (name, email …) count as the worst dictionary words. Up to 5 ms of processor time for 512 bytes, so
    /// not for an event loop: `PasswordHasher.strength` runs it on its own threads.
    package static func score(of password: String, ownWords: [String] = []) -> Int {
        let guessesLog10 = entropyBits(of: password, ownWords: ownWords) * 0.301_029_995_663_981_2
        return [3.0, 6.0, 8.0, 10.0].count { guessesLog10 >= $0 }
    }

    private static func entropyBits(of password: String, ownWords: [String]) -> Double {
        // The library's strings end at the first NUL; a control character of the same worth keeps the rest in view.
        var bytes = password.utf8.prefix(bytesMax).map { $0 == 0 ? 1 : CChar(bitPattern: $0) }
        bytes.append(0)
        let words = ownWords.filter { !$0.isEmpty && !$0.utf8.contains(0) }.map { strdup($0.lowercased()) }
        defer { words.forEach { free($0) } }
        var dictionary = words.map { UnsafePointer($0) } + [nil]
        return bytes.withUnsafeBufferPointer { password in
            dictionary.withUnsafeMutableBufferPointer { dictionary in
                ZxcvbnMatch(password.baseAddress, dictionary.baseAddress, nil)
            }
        }
    }
}
