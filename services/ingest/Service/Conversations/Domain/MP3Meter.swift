/// Measures MPEG audio as it streams by: whether it is any, and how long it plays.
///
/// Only the headers of frames are read (ISO/IEC 11172-3 section 2.4.1.3), so that a recording that was cut off is known by
/// its length. A value without I/O.
struct MP3Meter {
    private(set) var byteCount: Int64 = 0
    /// How long what has been seen plays.
    private(set) var seconds = 0.0
    private(set) var frameCount = 0
    private var pending: [UInt8] = []
    private var bytesToSkip = 0
    private var hasSeenStart = false

    /// Whether the first bytes are those of MPEG audio: an ID3 tag or a frame.
    private(set) var isMPEGAudio: Bool?

    mutating func append(_ chunk: [UInt8]) {
        byteCount += Int64(chunk.count)
        let skipped = min(bytesToSkip, chunk.count)
        bytesToSkip -= skipped
        guard skipped < chunk.count else { return }
        pending += chunk[skipped...]
        var position = 0
        while let step = step(at: position) {
            position += step
            if position > pending.count {
                bytesToSkip = position - pending.count
                position = pending.count
            }
        }
        pending.removeFirst(position)
    }

    /// How far to go on from `position`; nil when more bytes are needed.
    private mutating func step(at position: Int) -> Int? {
        guard pending.count - position >= 10 else { return nil }
        let head = pending[position..<position + 10]
        if !hasSeenStart {
            hasSeenStart = true
            isMPEGAudio = head.starts(with: Array("ID3".utf8)) || Frame(head) != nil
        }
        if head.starts(with: Array("ID3".utf8)) {
            // ID3v2: ten bytes, then a size of four times seven bits.
            return 10 + head.dropFirst(6).reduce(0) { $0 << 7 | Int($1 & 0x7F) }
        }
        guard let frame = Frame(head) else { return 1 }
        frameCount += 1
        seconds += frame.seconds
        return frame.byteCount
    }

    /// The header of one frame of layer III.
    private struct Frame {
        let byteCount: Int
        let seconds: Double

        init?(_ bytes: ArraySlice<UInt8>) {
            let bytes = Array(bytes.prefix(4))
            guard bytes.count == 4, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 else { return nil }
            let version = Int(bytes[1] >> 3 & 3)
            let bitRate = Int(bytes[2] >> 4)
            let sampleRate = Int(bytes[2] >> 2 & 3)
            // Version 1 is reserved; 01 is layer III; bit rates 0 (free) and 15 have no length.
            guard version != 1, bytes[1] >> 1 & 3 == 1, (1...14).contains(bitRate), sampleRate < 3 else { return nil }
            let isFirst = version == 3
            let kilobits = (isFirst ? Self.bitRates1 : Self.bitRates2)[bitRate - 1]
            let hertz = Self.sampleRates[sampleRate] / (isFirst ? 1 : version == 2 ? 2 : 4)
            let samples = isFirst ? 1_152 : 576
            byteCount = samples / 8 * kilobits * 1_000 / hertz + Int(bytes[2] >> 1 & 1)
            seconds = Double(samples) / Double(hertz)
        }

        private static let bitRates1 = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        private static let bitRates2 = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
        private static let sampleRates = [44_100, 48_000, 32_000]
    }
}
