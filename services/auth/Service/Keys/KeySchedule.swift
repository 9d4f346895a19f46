import Platform
import Tokens

/// Which of an installation's signing keys signs, and which are published. Value in, decision out.
///
/// A new key is published for a while before it signs, so that every verifier has it by then; an old one stays published
/// until the last token it signed has expired. So keys overlap and no token is refused for a rotation's sake.
struct KeySchedule: Sendable {
    struct Key: Sendable {
        let key: SigningKey
        let madeAt: Timestamp
    }

    /// A key is published this long before it signs.
    static let notice = Duration.seconds(600)

    /// Oldest first, never empty.
    let keys: [Key]
    /// How long a token may live after it was signed.
    let tokenLifetime: Duration

    /// The key to sign with.
    func signing(at now: Timestamp) -> SigningKey? {
        keys.indices.last { startsSigning($0) <= now }.map { keys[$0].key } ?? keys.first?.key
    }

    /// The keys that tokens may be verified with.
    func published(at now: Timestamp) -> JSONWebKeySet {
        JSONWebKeySet(
            keys.indices.filter { index in
                index == keys.count - 1 || now < startsSigning(index + 1) + tokenLifetime + .seconds(60)
            }.map { keys[$0].key.verificationKey })
    }

    /// Whether it is time for a new key.
    func isRotationDue(at now: Timestamp, every interval: Duration) -> Bool {
        guard let newest = keys.last else { return true }
        return now >= newest.madeAt + interval
    }

    private func startsSigning(_ index: Int) -> Timestamp {
        index == 0 ? keys[index].madeAt : keys[index].madeAt + Self.notice
    }
}
