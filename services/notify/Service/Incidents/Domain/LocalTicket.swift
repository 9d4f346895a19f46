import Crypto
import Platform

/// Our own number for a ticket when the ticket system could not be asked: `TKT-` and 8 hexadecimal digits.
enum LocalTicket {
    /// How often a number that is taken may come up before something else is wrong: the chance is 1 in 4 billion for each
    /// ticket there is.
    static let triesMax = 20

    /// A new one at random.
    static func make() -> String { "TKT-\(Hex.encode(randomBytes(4)))" }
}
