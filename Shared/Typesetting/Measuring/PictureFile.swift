/// What the first bytes of a picture file say: its format and its size in pixels. Nothing is decoded.
struct PictureFile: Hashable {
    enum Format: Hashable { case png, jpeg }

    let format: Format
    let width: Int
    let height: Int

    /// Nil when the bytes are neither a PNG nor a JPEG in gray or colour with 8 bits.
    init?(_ bytes: [UInt8]) {
        if let found = Self.png(bytes) ?? Self.jpeg(bytes) { self = found } else { return nil }
    }

    private init?(_ format: Format, width: Int, height: Int) {
        // cairo's own limit of a side.
        guard (1...32_767).contains(width), (1...32_767).contains(height) else { return nil }
        self.format = format
        self.width = width
        self.height = height
    }

    /// PNG specification, 5.2 (signature) and 11.2.2 (IHDR, the first chunk).
    private static func png(_ bytes: [UInt8]) -> PictureFile? {
        guard bytes.count >= 33, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
            bytes[12..<16].elementsEqual("IHDR".utf8)
        else { return nil }
        func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        return PictureFile(.png, width: number(16), height: number(20))
    }

    /// ITU-T T.81, B.1.1.4 (marker segments) and B.2.2 (frame header).
    private static func jpeg(_ bytes: [UInt8]) -> PictureFile? {
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] == 0xD8 else { return nil }
        var position = 2
        while position + 9 < bytes.count {
            guard bytes[position] == 0xFF else { return nil }
            let marker = bytes[position + 1]
            if marker == 0xFF {  // fill
                position += 1
                continue
            }
            if marker == 0x01 || (0xD0...0xD7).contains(marker) {  // markers without a segment
                position += 2
                continue
            }
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            guard length >= 2, marker != 0xD9, marker != 0xDA else { return nil }
            // Start of frame: baseline, extended, progressive; what PDF readers decode (ISO 32000-1, 7.4.8).
            if (0xC0...0xC2).contains(marker) {
                let components = bytes[position + 9]
                guard bytes[position + 4] == 8, components == 1 || components == 3 else { return nil }
                return PictureFile(
                    .jpeg, width: Int(bytes[position + 7]) << 8 | Int(bytes[position + 8]),
                    height: Int(bytes[position + 5]) << 8 | Int(bytes[position + 6]))
            }
            position += 2 + length
        }
        return nil
    }
}

/// The pictures of a document.
struct PictureStore {
    private(set) var files: [(bytes: [UInt8], file: PictureFile)] = []
    private var pixels = 0
    private var bytes = 0

    /// - Throws: `pictureUnreadable`, or `tooLarge` when there are too many or too large ones.
    mutating func add(_ file: [UInt8], limits: DocumentLimits) throws(TypesettingError) -> (Int, PictureFile) {
        guard let found = PictureFile(file) else {
            throw TypesettingError(.pictureUnreadable, "a picture is neither a PNG nor a JPEG that can be shown")
        }
        // What goes in as it is takes no memory by its pixels.
        if found.format == .png { pixels += found.width * found.height }
        bytes += file.count
        guard pixels <= limits.picturePixelsMax, found.width * found.height <= limits.picturePixelsMax else {
            throw TypesettingError(.tooLarge, "more than \(limits.picturePixelsMax) pixels in pictures")
        }
        guard bytes <= limits.pictureBytesMax else {
            throw TypesettingError(.tooLarge, "more than \(limits.pictureBytesMax) bytes of pictures")
        }
        files.append((file, found))
        return (files.count - 1, found)
    }
}
