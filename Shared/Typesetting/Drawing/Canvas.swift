internal import CPangoCairo

/// A PDF file that is being written, page by page.
///
/// Bytes come to a buffer as cairo makes them; pages that are done are no longer held as drawings.
final class Canvas {
    let handle: OpaquePointer
    private let output: Output

    /// What cairo has written.
    private final class Output {
        var bytes: [UInt8] = []
        let bytesMax: Int
        var isFull = false

        init(bytesMax: Int) { self.bytesMax = bytesMax }
    }

    init(_ page: PageSetup, bytesMax: Int) throws(TypesettingError) {
        let output = Output(bytesMax: bytesMax)
        self.output = output
        let opened = lectern_canvas_open(
            page.width, page.height,
            { context, bytes, count in
                guard let context, let bytes else { return false }
                let output = Unmanaged<Output>.fromOpaque(context).takeUnretainedValue()
                guard output.bytes.count + count <= output.bytesMax else {
                    output.isFull = true
                    return false
                }
                output.bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
                return true
            }, Unmanaged.passUnretained(output).toOpaque())
        guard let opened else { throw TypesettingError(.failed, "memory ran out for a document") }
        handle = opened
    }

    deinit {
        lectern_canvas_close(handle)
    }

    /// Ends the file.
    ///
    /// - Throws: `tooLarge` or `failed`.
    func finish() throws(TypesettingError) -> [UInt8] {
        guard lectern_canvas_finish(handle) else {
            if output.isFull {
                throw TypesettingError(.tooLarge, "the document is larger than \(output.bytesMax) bytes")
            }
            throw TypesettingError(.failed, "cairo: \(String(cString: lectern_canvas_error(handle)))")
        }
        return output.bytes
    }

    func setColor(_ ink: Ink) {
        lectern_canvas_color(handle, ink.red, ink.green, ink.blue)
    }

    func begin(_ tag: StructureTag, attributes: String? = nil) {
        lectern_canvas_begin(handle, tag.rawValue, attributes)
    }

    func end(_ tag: StructureTag) {
        lectern_canvas_end(handle, tag.rawValue)
    }
}
