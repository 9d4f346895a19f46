import Glibc

/// Finds lines in input that arrives in pieces. A line that lies wholly in the input is used where it is; only a line that
/// is cut by the input's end is copied, once.
struct HTTPLineReader: Sendable {
    /// The beginning of a line whose end has not arrived.
    private(set) var pending: [UInt8] = []

    enum Step {
        case needsInput
        /// The line without its line end, at this place in the input.
        case direct(Range<Int>)
        /// The line without its line end is in `pending`; call `clear` when it has been used.
        case assembled
        case tooLong
        case bareLineFeed
    }

    /// Reads on from `offset`, which then stands after what was used.
    mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int, bytesMax: Int) -> Step {
        let start = offset
        // One byte more than allowed for CR, one more to see that it is not LF.
        let window = min(input.count - start, bytesMax + 2 - pending.count)
        guard window > 0, let base = input.baseAddress else { return .needsInput }
        guard let found = memchr(base + start, Int32(ASCII.lineFeed), window) else {
            guard pending.count + window < bytesMax + 2 else { return .tooLong }
            pending.append(contentsOf: UnsafeRawBufferPointer(start: base + start, count: window))
            offset = start + window
            return .needsInput
        }
        let lineFeed = UnsafeRawPointer(found) - base
        offset = lineFeed + 1
        if pending.isEmpty {
            guard lineFeed > start, input[lineFeed - 1] == ASCII.carriageReturn else { return .bareLineFeed }
            return .direct(start..<lineFeed - 1)
        }
        pending.append(contentsOf: UnsafeRawBufferPointer(start: base + start, count: lineFeed - start))
        guard pending.last == ASCII.carriageReturn else { return .bareLineFeed }
        pending.removeLast()
        return .assembled
    }

    /// Forgets the assembled line and its memory: an idle connection shall own none.
    mutating func clear() {
        pending = []
    }

    /// Takes the assembled line out.
    mutating func take() -> [UInt8] {
        defer { pending = [] }
        return pending
    }
}
