/// 8-bit gray samples, top row first, without padding.
package struct GrayPicture: Sendable {
    package private(set) var samples: [UInt8]
    package let width: Int
    package let height: Int

    /// Copies rows that may be padded.
    package init(copying samples: UnsafeBufferPointer<UInt8>, width: Int, height: Int, bytesPerRow: Int) {
        precondition(
            width > 0 && height > 0 && bytesPerRow >= width && samples.count >= (height - 1) * bytesPerRow + width)
        self.width = width
        self.height = height
        self.samples = [UInt8](unsafeUninitializedCapacity: width * height) { buffer, count in
            for row in 0..<height {
                let source = UnsafeBufferPointer(rebasing: samples[row * bytesPerRow..<row * bytesPerRow + width])
                _ = UnsafeMutableBufferPointer(rebasing: buffer[row * width..<(row + 1) * width]).initialize(
                    from: source)
            }
            count = width * height
        }
    }

    private init(samples: [UInt8], width: Int, height: Int) {
        self.samples = samples
        self.width = width
        self.height = height
    }

    /// The picture mirrored left to right if so, and then turned clockwise by quarter turns.
    package func turned(quarterTurns: Int, isMirrored: Bool = false) -> GrayPicture {
        let turns = quarterTurns & 3
        if turns == 0, !isMirrored { return self }
        let isSideways = turns % 2 == 1
        let (newWidth, newHeight) = isSideways ? (height, width) : (width, height)
        let turned = [UInt8](unsafeUninitializedCapacity: samples.count) { buffer, count in
            samples.withUnsafeBufferPointer { source in
                // Sideways, a row becomes a column: in tiles, so that neither side runs out of cache.
                for tileRow in stride(from: 0, to: height, by: 64) {
                    for tileColumn in stride(from: 0, to: width, by: 64) {
                        for row in tileRow..<min(tileRow + 64, height) {
                            for column in tileColumn..<min(tileColumn + 64, width) {
                                let x = isMirrored ? width - 1 - column : column
                                let target =
                                    switch turns {
                                    case 1: x * newWidth + (height - 1 - row)
                                    case 2: (height - 1 - row) * newWidth + (width - 1 - x)
                                    case 3: (width - 1 - x) * newWidth + row
                                    default: row * newWidth + x
                                    }
                                buffer[target] = source[row * width + column]
                            }
                        }
                    }
                }
            }
            count = samples.count
        }
        return GrayPicture(samples: turned, width: newWidth, height: newHeight)
    }
}
