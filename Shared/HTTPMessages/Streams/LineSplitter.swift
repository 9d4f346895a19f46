/// A line is longer than its reader allows.
package struct LineTooLongError: Error, Sendable, Hashable {}

/// Cuts bytes that arrive in pieces into lines, as streams of JSON lines need it. A line ends with LF or CR LF.
package struct LineSplitter: Sendable {
    /// Longer lines are refused, so that a peer that never ends one cannot fill the memory.
    package let lineBytesMax: Int
    private var pending: [UInt8] = []

    package init(lineBytesMax: Int = 1024 * 1024) {
        self.lineBytesMax = lineBytesMax
    }

    /// Takes the next bytes and returns the lines they complete, without their line ends.
    ///
    /// - Throws: `LineTooLongError` when a line, complete or not, is too long; the splitter is of no more use then.
    package mutating func append(_ bytes: some Collection<UInt8>) throws(LineTooLongError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let lineFeed = rest.firstIndex(of: ASCII.lineFeed) {
            pending.append(contentsOf: rest[..<lineFeed])
            rest = rest[rest.index(after: lineFeed)...]
            if pending.last == ASCII.carriageReturn { pending.removeLast() }
            guard pending.count <= lineBytesMax else { throw LineTooLongError() }
            lines.append(pending)
            pending = []
        }
        pending.append(contentsOf: rest)
        // The CR of a line end does not count.
        let content = pending.last == ASCII.carriageReturn ? pending.count - 1 : pending.count
        guard content <= lineBytesMax else { throw LineTooLongError() }
        return lines
    }

    /// The last line, if it came without a line end.
    package mutating func finish() -> [UInt8]? {
        defer { pending = [] }
        return pending.isEmpty ? nil : pending
    }
}
