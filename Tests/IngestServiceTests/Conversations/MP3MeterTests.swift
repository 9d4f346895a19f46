import Testing

@testable import IngestService

struct MP3MeterTests {
    private func meter(_ bytes: [UInt8], split: Int) -> MP3Meter {
        var meter = MP3Meter()
        for start in stride(from: 0, to: bytes.count, by: split) {
            meter.append(Array(bytes[start..<min(start + split, bytes.count)]))
        }
        return meter
    }

    @Test func `length and kind do not depend on how the bytes come`() {
        let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 1, 0] + [UInt8](repeating: 0xFF, count: 128)
        let bytes = tag + StandIn.recording(seconds: 3) + Array("TAG".utf8) + [UInt8](repeating: 0, count: 125)
        for split in [1, 2, 3, 7, 10, 35, 36, 37, 139, 1_000, bytes.count] {
            let meter = meter(bytes, split: split)
            #expect(meter.isMPEGAudio == true)
            #expect(meter.frameCount == 84 && abs(meter.seconds - 84 * 0.036) < 1e-9, "\(split)")
            #expect(meter.byteCount == Int64(bytes.count))
        }
    }

    @Test func `frames of all versions are measured`() {
        // MPEG-1 layer III, 128 kbit/s, 44.1 kHz with and without padding; 2.5 with 8 kbit/s and 8 kHz.
        let frames: [(head: [UInt8], bytes: Int, seconds: Double)] = [
            ([0xFF, 0xFB, 0x90, 0x00], 417, 1_152.0 / 44_100), ([0xFF, 0xFB, 0x92, 0x00], 418, 1_152.0 / 44_100),
            ([0xFF, 0xE3, 0x18, 0x00], 72, 576.0 / 8_000),
        ]
        for frame in frames {
            let one = frame.head + [UInt8](repeating: 0, count: frame.bytes - 4)
            let meter = meter(Array(repeatElement(one, count: 10).joined()), split: 100)
            #expect(meter.frameCount == 10 && abs(meter.seconds - frame.seconds * 10) < 1e-9)
        }
    }

    @Test(arguments: [
        "<html><body>", "RIFF....WAVEfmt ", "OggS............", "{\"detail\":\"no\"}",
        "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
    ])
    func `other files are known as such`(text: String) {
        #expect(meter(Array(text.utf8), split: 4).isMPEGAudio == false)
    }

    @Test func `too little says nothing`() {
        #expect(meter([], split: 1).isMPEGAudio == nil)
        #expect(meter([0xFF, 0xFB, 0x90], split: 1).isMPEGAudio == nil)
    }
}
