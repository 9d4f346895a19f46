/// Why a document, or a page of it, could not be read. The message is written for the person who uploaded it.
package struct ReaderFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for decisions.
    package enum Code: UInt8, Sendable, Hashable {
        /// Needs a password.
        case encrypted = 1
        /// Not a PDF, cut off, or damaged beyond repair.
        case damaged = 2
        /// Has no pages.
        case empty = 3
        /// More pages than allowed.
        case tooManyPages = 4
        /// A page of a size nobody prints, or a picture with too many pixels.
        case pageTooLarge = 5
        /// One page cannot be read; the rest of the document may be fine.
        case pageDamaged = 6
        /// The reader took longer than allowed and was stopped.
        case timedOut = 7
        /// The reader crashed or went over its memory.
        case crashed = 8
        /// There is no page with this number.
        case noSuchPage = 9
        /// The reader could not be started or is set up wrongly: our fault, not the document's, and worth a retry.
        case unavailable = 10
    }

    package let code: Code
    package let message: String
    /// The page it happened on, where it was one.
    package let page: Int?

    package init(_ code: Code, _ message: String, page: Int? = nil) {
        self.code = code
        self.message = message
        self.page = page
    }

    package var description: String { message }

    /// Whether trying the same file again later can help.
    package var isRetryable: Bool { code == .unavailable }
}

extension ReaderFailure {
    func encode(into writer: inout WireWriter) {
        writer.byte(code.rawValue)
        writer.string(message)
        writer.count(page ?? 0)
    }

    init(from reader: inout WireReader) throws(WireError) {
        guard let code = Code(rawValue: try reader.byte()) else { throw WireError("an unknown failure") }
        self.code = code
        message = try reader.string()
        let number = try reader.count()
        page = number == 0 ? nil : number
    }
}
