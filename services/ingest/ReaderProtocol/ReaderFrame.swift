/// What a worker answers.
package enum ReaderFrame: Sendable, Hashable {
    case opened(DocumentInfo)
    case page(PageReading)
    /// A PNG file.
    case picture([UInt8])
    case failed(ReaderFailure)
    /// A `read` request is over; `next` is the first page that was not reached.
    case done(next: Int)

    package func encoded() -> [UInt8] {
        var writer = WireWriter()
        switch self {
        case .opened(let info):
            writer.byte(1)
            info.encode(into: &writer)
        case .page(let page):
            writer.byte(2)
            page.encode(into: &writer)
        case .picture(let bytes):
            writer.byte(3)
            writer.blob(bytes)
        case .failed(let failure):
            writer.byte(4)
            failure.encode(into: &writer)
        case .done(let next):
            writer.byte(5)
            writer.count(next)
        }
        return Framing.framed(writer.bytes)
    }

    /// Reads the content of one frame. Throws ``WireError``.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        switch try reader.byte() {
        case 1: self = .opened(try DocumentInfo(from: &reader))
        case 2: self = .page(try PageReading(from: &reader))
        case 3: self = .picture(try reader.blob())
        case 4: self = .failed(try ReaderFailure(from: &reader))
        case 5: self = .done(next: try reader.count())
        default: throw WireError("an unknown answer")
        }
        guard reader.isAtEnd else { throw WireError("bytes after an answer") }
    }
}
