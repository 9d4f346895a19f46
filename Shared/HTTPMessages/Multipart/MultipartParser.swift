import Glibc

/// Takes a `multipart/form-data` body apart as it arrives (RFC 7578, RFC 2046 section 5.1), cut anywhere, without keeping
/// any of a part's content.
package struct MultipartParser: Sendable {
    package struct Limits: Sendable, Hashable {
        package var partsMax = 100
        /// Header lines of one part.
        package var headerBytesMax = 8 * 1024
        package var headerCountMax = 20
        /// Content of a part that is no file.
        package var fieldBytesMax = 64 * 1024
        /// Content of a part that is a file.
        package var fileBytesMax = Int.max

        package init() {}
    }

    package enum Failure: String, Error, Sendable, Hashable {
        /// What stands after a boundary is neither a line end nor `--`.
        case malformedBoundary
        case malformedHeader
        /// No `Content-Disposition: form-data; name=…`.
        case missingName
        case tooManyParts
        case headerTooLarge
        case fieldTooLarge
        case fileTooLarge
        /// The body ended before its last boundary.
        case incomplete

        /// What a service answers.
        package var status: HTTPStatus {
            switch self {
            case .tooManyParts, .headerTooLarge, .fieldTooLarge, .fileTooLarge: .contentTooLarge
            default: .badRequest
            }
        }
    }

    package enum Event: Sendable {
        /// The input is used up.
        case needsInput
        case part(MultipartPart)
        /// Content of the part at this place in the input.
        case content(Range<Int>)
        /// Content of the part that had been held back because it looked like the beginning of a boundary.
        case heldContent([UInt8])
        /// The part is complete. Comes after every `part`.
        case partEnd
        /// The body is complete; what follows is ignored.
        case end
        case failure(Failure)
    }

    private enum State: Sendable {
        case content
        case afterBoundary
        case afterDash
        case headers
        case finished
        case failed(Failure)
    }

    private let limits: Limits
    /// `CR LF -- boundary`. CR occurs only at its beginning, so after a mismatch the search goes on where it stopped.
    private let delimiter: [UInt8]
    private var state = State.content
    /// Whether content belongs to a part, or to the preamble, which is ignored.
    private var part: MultipartPart?
    private var partCount = 0
    private var contentBytes = 0
    /// Bytes of the delimiter that ended the last input.
    private var matched: Int
    private var lines = HTTPLineReader()
    private var block = HTTPFieldBlock()

    /// - Parameter boundary: 1 to 70 characters (RFC 2046 section 5.1.1); nil otherwise.
    package init?(boundary: String, limits: Limits = Limits()) {
        guard (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy(Self.isBoundaryByte),
            boundary.utf8.last != ASCII.space
        else { return nil }
        self.limits = limits
        delimiter = [ASCII.carriageReturn, ASCII.lineFeed, ASCII.hyphen, ASCII.hyphen] + Array(boundary.utf8)
        // The first boundary may stand at the very beginning.
        matched = 2
    }

    /// The parser for a body of this type; nil when it is no form or has no proper boundary.
    package init?(contentType: MediaType, limits: Limits = Limits()) {
        guard contentType.isMultipartForm, let boundary = contentType[parameter: "boundary"] else { return nil }
        self.init(boundary: boundary, limits: limits)
    }

    /// The next event in `input` from `offset` on; `offset` is moved behind the bytes used.
    package mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event {
        while true {
            switch state {
            case .content:
                if let event = readContent(in: input, at: &offset) { return event }
            case .afterBoundary:
                // Two hyphens end the body, also when nothing follows them.
                guard offset < input.count else { return .needsInput }
                if lines.pending.isEmpty, input[offset] == ASCII.hyphen {
                    offset += 1
                    state = .afterDash
                } else if let event = readBoundaryLine(in: input, at: &offset) {
                    return event
                }
            case .afterDash:
                guard offset < input.count else { return .needsInput }
                guard input[offset] == ASCII.hyphen else { return fail(.malformedBoundary) }
                state = .finished
                offset = input.count
                return .end
            case .headers:
                if let event = readHeader(in: input, at: &offset) { return event }
            case .finished:
                offset = input.count
                return .needsInput
            case .failed(let failure):
                return .failure(failure)
            }
        }
    }

    /// What the end of the body means: nothing after the last boundary, otherwise that it is cut off.
    package func failureAtEndOfInput() -> Failure? {
        switch state {
        case .finished: nil
        case .failed(let failure): failure
        default: .incomplete
        }
    }

    private mutating func fail(_ failure: Failure) -> Event {
        state = .failed(failure)
        lines.clear()
        return .failure(failure)
    }

    // MARK: Content

    private mutating func readContent(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event? {
        guard offset < input.count else { return .needsInput }
        if matched > 0 { return continueMatch(in: input, at: &offset) }
        let start = offset
        let (end, isWhole) = search(input, from: start)
        if end > start {
            offset = end
            return emit(end - start) { .content(start..<end) }
        }
        if isWhole {
            offset = end + delimiter.count
            return endContent()
        }
        // The input ends inside what may be a delimiter.
        matched = input.count - end
        offset = input.count
        return .needsInput
    }

    /// Where the delimiter begins, or the beginning of one that the input's end cuts off, or the input's end.
    private func search(_ input: UnsafeRawBufferPointer, from start: Int) -> (end: Int, isWhole: Bool) {
        guard let base = input.baseAddress else { return (start, false) }
        var position = start
        while position < input.count,
            let found = memchr(base + position, Int32(ASCII.carriageReturn), input.count - position)
        {
            position = UnsafeRawPointer(found) - base
            let available = min(delimiter.count, input.count - position)
            let isMatch = input[position..<position + available].elementsEqual(delimiter[..<available])
            if isMatch { return (position, available == delimiter.count) }
            position += 1
        }
        return (input.count, false)
    }

    private mutating func continueMatch(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event? {
        let available = min(delimiter.count - matched, input.count - offset)
        for index in 0..<available where input[offset + index] != delimiter[matched + index] {
            let held = Array(delimiter[..<matched])
            matched = 0
            return emit(held.count) { .heldContent(held) }
        }
        matched += available
        offset += available
        guard matched == delimiter.count else { return .needsInput }
        matched = 0
        return endContent()
    }

    private mutating func emit(_ count: Int, _ event: () -> Event) -> Event? {
        guard let part else { return nil }
        contentBytes += count
        if contentBytes > (part.isFile ? limits.fileBytesMax : limits.fieldBytesMax) {
            return fail(part.isFile ? .fileTooLarge : .fieldTooLarge)
        }
        return event()
    }

    private mutating func endContent() -> Event? {
        state = .afterBoundary
        guard part != nil else { return nil }
        part = nil
        return .partEnd
    }

    // MARK: Boundary and headers

    private mutating func readBoundaryLine(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event? {
        // Blanks may stand between the boundary and its line end, put there by old mail gateways.
        switch lines.next(in: input, at: &offset, bytesMax: 64) {
        case .needsInput: return .needsInput
        case .tooLong, .bareLineFeed: return fail(.malformedBoundary)
        case .direct(let range):
            guard input[range].allSatisfy(ASCII.isBlank) else { return fail(.malformedBoundary) }
        case .assembled:
            guard lines.take().allSatisfy(ASCII.isBlank) else { return fail(.malformedBoundary) }
        }
        partCount += 1
        if partCount > limits.partsMax { return fail(.tooManyParts) }
        block = HTTPFieldBlock()
        state = .headers
        return nil
    }

    private mutating func readHeader(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event? {
        switch lines.next(in: input, at: &offset, bytesMax: block.lineBytesMax(headerLimits)) {
        case .needsInput: return .needsInput
        case .tooLong: return fail(.headerTooLarge)
        case .bareLineFeed: return fail(.malformedHeader)
        case .direct(let range): return use(header: UnsafeRawBufferPointer(rebasing: input[range]))
        case .assembled: return lines.take().withUnsafeBytes { use(header: $0) }
        }
    }

    private var headerLimits: HTTPParserLimits {
        var result = HTTPParserLimits()
        result.fieldBytesMax = limits.headerBytesMax
        result.fieldCountMax = limits.headerCountMax
        return result
    }

    private mutating func use(header line: UnsafeRawBufferPointer) -> Event? {
        if !line.isEmpty {
            switch block.add(line, limits: headerLimits) {
            case nil: return nil
            case .tooManyFields?: return fail(.headerTooLarge)
            default: return fail(.malformedHeader)
            }
        }
        guard let part = MultipartPart(block.fields) else {
            return fail(block.fields.contains(.contentDisposition) ? .malformedHeader : .missingName)
        }
        self.part = part
        contentBytes = 0
        state = .content
        return .part(part)
    }

    /// `bchars`
    private static func isBoundaryByte(_ byte: UInt8) -> Bool {
        if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
        return "'()+_,-./:=? ".utf8.contains(byte)
    }
}
