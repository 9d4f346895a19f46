/// What the parent asks of a worker. The document itself is an inherited descriptor, `documentDescriptor`.
package enum ReaderRequest: Sendable, Hashable {
    /// Set the limits, enter the sandbox and open the document: always first. Answered by `opened` or `failed`.
    case open(ReaderConfiguration, password: String?)
    /// Read these pages in order until `slice` is over, but at least one. Answered by a `page` or `failed` for each and
    /// then `done` with the first page that was not reached.
    case read(pages: Range<Int>, slice: Duration)
    /// Draw a page. Answered by `picture` or `failed`.
    case draw(page: Int, width: Int)

    /// Where a worker finds the document.
    package static let documentDescriptor: Int32 = 3

    package func encoded() -> [UInt8] {
        var writer = WireWriter()
        switch self {
        case .open(let configuration, let password):
            writer.byte(1)
            configuration.encode(into: &writer)
            writer.byte(password == nil ? 0 : 1)
            writer.string(password ?? "")
        case .read(let pages, let slice):
            writer.byte(2)
            writer.count(pages.lowerBound)
            writer.count(pages.count)
            writer.double(slice / .seconds(1))
        case .draw(let page, let width):
            writer.byte(3)
            writer.count(page)
            writer.count(width)
        }
        return Framing.framed(writer.bytes)
    }

    /// Reads the content of one frame. Throws ``WireError``.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        switch try reader.byte() {
        case 1:
            let configuration = try ReaderConfiguration(from: &reader)
            let hasPassword = try reader.byte() == 1
            let password = try reader.string()
            self = .open(configuration, password: hasPassword ? password : nil)
        case 2:
            let first = try reader.count()
            let count = try reader.count()
            self = .read(pages: first..<first + count, slice: .seconds(try reader.double()))
        case 3:
            let page = try reader.count()
            self = .draw(page: page, width: try reader.count())
        default: throw WireError("an unknown request")
        }
        guard reader.isAtEnd else { throw WireError("bytes after a request") }
    }
}
