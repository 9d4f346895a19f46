import JSONCoding

/// Finds the JSON in what a model wrote: alone, in a fence, between sentences, after what it thought aloud.
enum JSONFinder {
    /// More values are not looked at.
    static let candidatesMax = 32
    /// More brackets are not looked at: each may cost a walk to the end of the text.
    static let bracketsMax = 256

    /// The objects and lists that stand in a text, outermost only, in order; those that end before they are complete are left
    /// out.
    static func values(in text: String) -> [JSONValue] {
        let bytes = Array(text.utf8)
        if let whole = try? JSONValue(parsing: trimmed(bytes)), whole.object != nil || whole.array != nil {
            return [whole]
        }
        var found: [JSONValue] = []
        var index = 0
        var brackets = 0
        while index < bytes.count, found.count < candidatesMax, brackets < bracketsMax {
            guard bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "[") else {
                index += 1
                continue
            }
            brackets += 1
            guard let end = endOfValue(from: index, in: bytes) else {
                // Incomplete from here on, but something inside may be whole only if this bracket was prose.
                index += 1
                continue
            }
            if let value = try? JSONValue(parsing: Array(bytes[index..<end])) {
                found.append(value)
                index = end
            } else {
                index += 1
            }
        }
        return found
    }

    /// Where the value that begins at `start` ends, by its brackets and quotes.
    private static func endOfValue(from start: Int, in bytes: [UInt8]) -> Int? {
        var depth = 0
        var isQuoted = false
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isQuoted: index += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "{") where !isQuoted, UInt8(ascii: "[") where !isQuoted: depth += 1
            case UInt8(ascii: "}") where !isQuoted, UInt8(ascii: "]") where !isQuoted:
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
            index += 1
        }
        return nil
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        var rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        rest = rest.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
        return Array(rest)
    }
}
