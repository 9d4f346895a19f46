internal import CPoppler
internal import Glibc

/// A picture in memory, top row first.
package struct PDFRaster: ~Copyable {
    package let width: Int
    package let height: Int
    package let bytesPerRow: Int
    /// 1 for gray, 3 for red, green and blue.
    package let samplesPerPixel: Int
    private let handle: OpaquePointer
    private let start: UnsafePointer<UInt8>

    /// Takes over what a C function returned.
    init?(adopting handle: OpaquePointer?, samplesPerPixel: Int) {
        guard let handle else { return nil }
        var width: Int32 = 0
        var height: Int32 = 0
        var bytesPerRow: Int32 = 0
        guard let start = lectern_pdf_raster_bytes(handle, &width, &height, &bytesPerRow) else {
            lectern_pdf_raster_free(handle)
            return nil
        }
        self.handle = handle
        self.start = start
        self.samplesPerPixel = samplesPerPixel
        self.width = Int(width)
        self.height = Int(height)
        self.bytesPerRow = Int(bytesPerRow)
    }

    deinit {
        lectern_pdf_raster_free(handle)
    }

    /// Lends the samples.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeBufferPointer(start: start, count: height * bytesPerRow))
    }

    /// The picture as a PNG file, or nil when there is not enough memory.
    package func png() -> [UInt8]? {
        var length = 0
        guard let bytes = lectern_pdf_raster_png(handle, &length) else { return nil }
        defer { free(bytes) }
        return [UInt8](UnsafeBufferPointer(start: bytes, count: length))
    }
}
