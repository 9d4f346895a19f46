import Foundation
import TestSupport
import Testing
import Typesetting

@Suite struct PictureTests {
    @Test func `a PNG and a JPEG are shown in their width, with their captions`() async throws {
        let pdf = try await probe([
            .picture(Picture(file: TinyPicture.png(width: 40, height: 20), width: 100, caption: "Figure 1")),
            .picture(Picture(file: TinyPicture.jpeg, width: 100_000, caption: "Figure 2")),
        ])
        #expect(try pdf.check().status == 0)
        let text = try pdf.text()
        #expect(text.contains("Figure 1") && text.contains("Figure 2"))
        let objects = try pdf.objects()
        #expect(objects.components(separatedBy: "/Subtype /Image").count - 1 == 2)
        #expect(objects.contains("/DCTDecode"))
        // The first is black, 100 points wide.
        let page = try pdf.grayPage(1, dotsPerInch: 72)
        let row = page.samples[page.width * 90..<page.width * 91]
        #expect((95...105).contains(row.count { $0 < 40 }))
    }

    @Test func `what is no picture is refused`() async throws {
        let png = TinyPicture.png(width: 40, height: 20)
        var broken = png
        broken[60] ^= 0xFF
        var cmyk = TinyPicture.jpeg
        if let frame = cmyk.indices.dropLast().first(where: { cmyk[$0] == 0xFF && cmyk[$0 + 1] == 0xC0 }) {
            cmyk[frame + 9] = 4
        }
        let files: [[UInt8]] = [
            [], [0xFF], [0xFF, 0xD8], Array("GIF89a".utf8), Array(png.prefix(20)), Array(png.prefix(50)), broken, cmyk,
            Array(TinyPicture.jpeg.prefix(12)), [0xFF, 0xD8] + [UInt8](repeating: 0xFF, count: 100),
            [0xFF, 0xD8, 0xFF, 0xE0, 0, 0] + [UInt8](repeating: 0, count: 20),
        ]
        for file in files {
            let error = await #expect(throws: TypesettingError.self) {
                try await typesetter.pdf(of: Document(blocks: [.picture(Picture(file: file))]))
            }
            #expect(error?.code == .pictureUnreadable, "\(file.prefix(16))")
        }
    }

    @Test func `pixels and bytes are counted before anything is decoded`() async throws {
        var limits = DocumentLimits()
        limits.picturePixelsMax = 800
        let small = Typesetter(limits: limits)
        let png = TinyPicture.png(width: 40, height: 20)
        _ = try await small.pdf(of: Document(blocks: [.picture(Picture(file: png))]))
        var bomb = png
        bomb.replaceSubrange(16..<24, with: [0, 0, 0x7F, 0xFF, 0, 0, 0x7F, 0xFF])
        for blocks in [[png, png], [TinyPicture.png(width: 41, height: 20)], [bomb]] {
            let error = await #expect(throws: TypesettingError.self) {
                try await small.pdf(of: Document(blocks: blocks.map { .picture(Picture(file: $0)) }))
            }
            #expect(error?.code == .tooLarge)
        }
        limits.pictureBytesMax = png.count
        let few = Typesetter(limits: limits)
        _ = try await few.pdf(of: Document(blocks: [.picture(Picture(file: png))]))
        let error = await #expect(throws: TypesettingError.self) {
            try await few.pdf(of: Document(blocks: [.picture(Picture(file: png + [0]))]))
        }
        #expect(error?.code == .tooLarge)
    }
}

/// Picture files of our own making.
enum TinyPicture {
    /// A black PNG, its pixels in one stored block (RFC 1950 and 1951).
    static func png(width: Int, height: Int) -> [UInt8] {
        let raw = [UInt8](repeating: 0, count: height * (width + 1))
        let length = UInt16(raw.count)
        var data: [UInt8] = [0x78, 0x01, 0x01]
        data += [UInt8(length & 0xFF), UInt8(length >> 8), UInt8(~length & 0xFF), UInt8(~length >> 8)] + raw
        // Adler-32 of zeros: the first sum stays 1, the second counts them.
        data += big(UInt32(raw.count % 65_521) << 16 | 1)
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", big(UInt32(width)) + big(UInt32(height)) + [8, 0, 0, 0, 0]) + chunk("IDAT", data)
            + chunk("IEND", [])
    }

    /// A gray JPEG of 8 × 8 pixels: its one block has no coefficients.
    static let jpeg: [UInt8] = {
        var file: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        file += [0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]
        // One code of one bit in each table: no difference, and end of block.
        file += [0xFF, 0xC4, 0, 20, 0x00, 1] + [UInt8](repeating: 0, count: 15) + [0]
        file += [0xFF, 0xC4, 0, 20, 0x10, 1] + [UInt8](repeating: 0, count: 15) + [0]
        return file + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x3F, 0xFF, 0xD9]
    }()

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return big(UInt32(data.count)) + body + big(checksum(body))
    }

    private static func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(number >> (24 - 8 * $0) & 0xFF) } }

    /// CRC-32 as PNG has it (annex D).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
        }
        return ~value
    }
}
