/// A UUID (RFC 9562): the name of everything that is stored. Printed in lowercase.
///
/// New ones are of version 7: they sort by the time they were made, which keeps database indexes compact.
package struct Identifier: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The identifier with these 16 bytes, in the order they are printed; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The 16 bytes in the order they are printed.
    package var bytes: [UInt8] {
        [high, low].flatMap { word in stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    /// The version digit: 7 for those made here.
    package var version: Int { Int(high >> 12 & 0xF) }
}

extension Identifier {
    private static let generator = Lock(IdentifierGenerator())

    /// A new identifier for the present moment. Within one process each is greater than the one before.
    package static func make() -> Identifier {
        let now = SystemTime().wall
        return generator.withLock { $0.next(at: now) }
    }

    /// A new identifier whose time part is `moment` and whose rest is random.
    package static func make(at moment: Timestamp) -> Identifier {
        generator.withLock { $0.unordered(at: moment) }
    }
}

/// Makes version 7 identifiers from a pool of random bytes, so that one system call serves many of them.
private struct IdentifierGenerator {
    private var pool: [UInt64] = []
    private var lastMilliseconds: UInt64 = 0
    private var lastCounter: UInt64 = 0

    /// RFC 9562 section 6.2, method 1: `rand_a` is a counter that restarts at a random low value each millisecond.
    mutating func next(at moment: Timestamp) -> Identifier {
        let milliseconds = UInt64(clamping: moment.millisecondsSince1970) & 0xFFFF_FFFF_FFFF
        if milliseconds > lastMilliseconds {
            lastMilliseconds = milliseconds
            lastCounter = random() & 0x1FF
        } else if lastCounter < 0xFFF {
            lastCounter += 1
        } else {
            // The counter ran over, or the clock went back: borrow from the next millisecond.
            lastMilliseconds += 1
            lastCounter = random() & 0x1FF
        }
        return assemble(milliseconds: lastMilliseconds, upper: lastCounter)
    }

    mutating func unordered(at moment: Timestamp) -> Identifier {
        assemble(
            milliseconds: UInt64(clamping: moment.millisecondsSince1970) & 0xFFFF_FFFF_FFFF, upper: random() & 0xFFF)
    }

    private mutating func assemble(milliseconds: UInt64, upper: UInt64) -> Identifier {
        Identifier(high: milliseconds << 16 | 0x7000 | upper, low: 0x8000_0000_0000_0000 | random() >> 2)
    }

    private mutating func random() -> UInt64 {
        if let number = pool.popLast() { return number }
        pool = [UInt64](unsafeUninitializedCapacity: 64) { buffer, count in
            SystemRandom.fill(UnsafeMutableRawBufferPointer(buffer))
            count = 64
        }
        return pool.removeLast()
    }
}

extension Identifier: Comparable {
    package static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension Identifier: LosslessStringConvertible {
    /// Reads the 36 character form in either case; nil for anything else.
    package init?(_ text: String) {
        self.init(text: text)
    }

    /// Reads the 36 character form in either case; nil for anything else.
    package init?(text: some StringProtocol) {
        var digits = 0
        var words: (UInt64, UInt64) = (0, 0)
        var position = 0
        for byte in text.utf8 {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let value = Hex.value(of: byte), digits < 32 else { return nil }
                if digits < 16 {
                    words.0 = words.0 << 4 | UInt64(value)
                } else {
                    words.1 = words.1 << 4 | UInt64(value)
                }
                digits += 1
            }
            position += 1
        }
        guard position == 36 else { return nil }
        self.init(high: words.0, low: words.1)
    }

    package var description: String {
        String(unsafeUninitializedCapacity: 36) { write(to: $0) }
    }

    /// Appends the 36 characters without making a `String` of them.
    package func append(to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { text in
            _ = write(to: text)
            bytes.append(contentsOf: text)
        }
    }

    private func write(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var position = 0
        for nibble in 0..<32 {
            if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                text[position] = UInt8(ascii: "-")
                position += 1
            }
            let word = nibble < 16 ? high : low
            text[position] = Hex.digit(UInt8(truncatingIfNeeded: word >> UInt64((15 - nibble % 16) * 4)) & 0xF)
            position += 1
        }
        return position
    }
}
