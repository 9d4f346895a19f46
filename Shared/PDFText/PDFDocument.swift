internal import CPoppler

/// Why a PDF could not be opened.
package enum PDFOpenError: Error, Sendable {
    /// Not a PDF, or damaged beyond poppler's repair.
    case damaged
    /// The password is missing or wrong.
    case encrypted
    /// There was not enough memory.
    case outOfMemory
}

/// An open PDF. Used by one thread; a hostile file may crash or hang it, so only sandboxed processes open one.
package struct PDFDocument: ~Copyable {
    /// The most bookmarks that are read.
    package static let outlineItemsMax = 2_000

    let handle: OpaquePointer
    private let file: MappedFile

    /// Opens the file. Throws ``PDFOpenError``.
    package init(_ file: consuming MappedFile, password: String? = nil) throws(PDFOpenError) {
        var status = LECTERN_PDF_OK
        let start = file.bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        let opened =
            if let password {
                password.withCString { lectern_pdf_open(start, file.bytes.count, $0, &status) }
            } else {
                lectern_pdf_open(start, file.bytes.count, nil, &status)
            }
        guard let opened else {
            switch status {
            case LECTERN_PDF_ENCRYPTED: throw .encrypted
            case LECTERN_PDF_NO_MEMORY: throw .outOfMemory
            default: throw .damaged
            }
        }
        handle = opened
        self.file = file
    }

    deinit {
        lectern_pdf_close(handle)
    }

    /// Takes what has been read of the file out of this process's memory, so that it does not grow with the file; what is
    /// needed again comes back by itself.
    package func releaseFilePages() {
        file.releasePages()
    }

    /// Zero for documents without pages.
    package var pageCount: Int { max(0, Int(lectern_pdf_page_count(handle))) }

    /// The title in the document's properties; empty when there is none.
    package var title: String {
        let bytes = [UInt8](unsafeUninitializedCapacity: 1024) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) {
                lectern_pdf_title(handle, $0.baseAddress, $0.count)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Width and height of a page in points as a reader sees it, or nil for a page that is not there or has no size.
    package func size(ofPage number: Int) -> (width: Double, height: Double)? {
        var width = 0.0
        var height = 0.0
        var rotation: Int32 = 0
        guard lectern_pdf_page_size(handle, Int32(clamping: number), &width, &height, &rotation) else { return nil }
        return (width, height)
    }

    /// Bookmarks: titles, the pages they lead to (nil where that is nowhere in this document) and their level from 0.
    package func outline() -> [(title: String, page: Int?, level: Int)] {
        guard let outline = lectern_pdf_outline(handle, Self.outlineItemsMax) else { return [] }
        defer { lectern_pdf_outline_free(outline) }
        var count = 0
        let items = UnsafeBufferPointer(start: lectern_pdf_outline_items(outline, &count), count: count)
        let characters = UnsafeBufferPointer(start: lectern_pdf_outline_characters(outline, &count), count: count)
        return items.map { item in
            var title = UTF8Text()
            for character in characters[Int(item.firstCharacter)...].prefix(Int(item.characterCount)) {
                title.append(character)
            }
            return (
                String(decoding: title.bytes, as: UTF8.self), item.page > 0 ? Int(item.page) : nil, Int(item.level)
            )
        }
    }
}
