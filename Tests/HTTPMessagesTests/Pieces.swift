/// Ways to cut bytes into pieces, as a network might.
enum Pieces {
    /// All in one, byte by byte, and in two at every place.
    static func everyWay(_ bytes: [UInt8]) -> [[[UInt8]]] {
        var ways = [[bytes], bytes.map { [$0] }]
        for cut in bytes.indices.dropFirst() { ways.append([Array(bytes[..<cut]), Array(bytes[cut...])]) }
        return ways
    }

    /// In pieces of random lengths from 1 to 40.
    static func random(_ bytes: [UInt8], _ random: inout SplitMix) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = min(rest.count, 1 + Int(random.next() % 40))
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}

/// A small generator with a seed, so that a failing run can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// `bytes` with one to three bytes changed, removed, doubled or replaced by one that grammars care about.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        let sharp = Array("\r\n\t \0:;,=\"\\/-+0x%_\u{7f}".utf8)
        var bytes = bytes
        for _ in 0..<(1 + next() % 3) where !bytes.isEmpty {
            let index = Int(next() % UInt64(bytes.count))
            switch next() % 5 {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: next())
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(bytes[index], at: index)
            case 3: bytes[index] = sharp[Int(next() % UInt64(sharp.count))]
            default: bytes.insert(sharp[Int(next() % UInt64(sharp.count))], at: index)
            }
        }
        return bytes
    }
}
