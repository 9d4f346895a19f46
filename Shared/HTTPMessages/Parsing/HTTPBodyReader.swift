/// Follows a body to its end and names the ranges of the input that belong to it; never copies.
struct HTTPBodyReader: Sendable {
    enum Step {
        case needsInput
        case body(Range<Int>)
        case end(HTTPFields)
        case failure(HTTPParseFailure)
    }

    private enum State: Sendable {
        case length(remaining: Int64)
        case chunkSize
        case chunkData(remaining: Int64)
        case chunkDataReturn
        case chunkDataLineFeed
        case trailers
        case untilClose
    }

    private var state: State
    private var received: Int64 = 0
    private var extensionBytes = 0
    private var trailers = HTTPFieldBlock()

    init(_ kind: HTTPBodyKind) {
        switch kind {
        case .none, .upgraded: state = .length(remaining: 0)
        case .length(let length): state = .length(remaining: length)
        case .chunked: state = .chunkSize
        case .untilClose: state = .untilClose
        }
    }

    /// Whether a closed connection is the proper end.
    var endsAtClose: Bool {
        if case .untilClose = state { true } else { false }
    }

    mutating func next(
        in input: UnsafeRawBufferPointer, at offset: inout Int, lines: inout HTTPLineReader, limits: HTTPParserLimits
    ) -> Step {
        while true {
            switch state {
            case .length(let remaining):
                if remaining == 0 { return .end([:]) }
                if received + remaining > limits.bodyBytesMax { return .failure(.bodyTooLarge) }
                guard let range = take(remaining, of: input, at: &offset) else { return .needsInput }
                state = .length(remaining: remaining - Int64(range.count))
                return .body(range)
            case .untilClose:
                guard let range = take(.max, of: input, at: &offset) else { return .needsInput }
                if received > limits.bodyBytesMax { return .failure(.bodyTooLarge) }
                return .body(range)
            case .chunkData(let remaining):
                guard let range = take(remaining, of: input, at: &offset) else { return .needsInput }
                let rest = remaining - Int64(range.count)
                state = rest == 0 ? .chunkDataReturn : .chunkData(remaining: rest)
                return .body(range)
            case .chunkDataReturn:
                guard offset < input.count else { return .needsInput }
                guard input[offset] == ASCII.carriageReturn else { return .failure(.invalidChunk) }
                offset += 1
                state = .chunkDataLineFeed
            case .chunkDataLineFeed:
                guard offset < input.count else { return .needsInput }
                guard input[offset] == ASCII.lineFeed else { return .failure(.invalidChunk) }
                offset += 1
                state = .chunkSize
            case .chunkSize, .trailers:
                if let step = readLine(in: input, at: &offset, lines: &lines, limits: limits) { return step }
            }
        }
    }

    private mutating func take(_ count: Int64, of input: UnsafeRawBufferPointer, at offset: inout Int) -> Range<Int>? {
        let available = Int(min(count, Int64(input.count - offset)))
        guard available > 0 else { return nil }
        defer { offset += available }
        received += Int64(available)
        return offset..<offset + available
    }

    /// Reads a chunk's size line or a trailer line; returns nothing when the state has moved on.
    private mutating func readLine(
        in input: UnsafeRawBufferPointer, at offset: inout Int, lines: inout HTTPLineReader, limits: HTTPParserLimits
    ) -> Step? {
        let inTrailers = if case .trailers = state { true } else { false }
        let bytesMax = inTrailers ? trailers.lineBytesMax(limits) : limits.chunkLineBytesMax
        switch lines.next(in: input, at: &offset, bytesMax: bytesMax) {
        case .needsInput: return .needsInput
        case .tooLong: return .failure(inTrailers ? .fieldsTooLarge : .chunkLineTooLong)
        case .bareLineFeed: return .failure(.bareLineFeed)
        case .direct(let range):
            return use(UnsafeRawBufferPointer(rebasing: input[range]), inTrailers: inTrailers, limits: limits)
        case .assembled:
            return lines.take().withUnsafeBytes { use($0, inTrailers: inTrailers, limits: limits) }
        }
    }

    private mutating func use(_ line: UnsafeRawBufferPointer, inTrailers: Bool, limits: HTTPParserLimits) -> Step? {
        guard inTrailers else { return useChunkSize(line, limits: limits) }
        if line.isEmpty {
            if trailers.contentLength != nil || trailers.hasTransferCoding || trailers.hostCount > 0 {
                return .failure(.forbiddenTrailer)
            }
            return .end(trailers.fields)
        }
        return trailers.add(line, limits: limits).map(Step.failure)
    }

    private mutating func useChunkSize(_ line: UnsafeRawBufferPointer, limits: HTTPParserLimits) -> Step? {
        guard let (size, digits) = HTTPChunkLine.size(line),
            HTTPChunkLine.isExtensionList(UnsafeRawBufferPointer(rebasing: line[digits...]))
        else { return .failure(.invalidChunk) }
        extensionBytes += line.count - digits
        if extensionBytes > limits.chunkExtensionBytesMax { return .failure(.chunkLineTooLong) }
        if received + size > limits.bodyBytesMax { return .failure(.bodyTooLarge) }
        state = size == 0 ? .trailers : .chunkData(remaining: size)
        return nil
    }
}

/// The line before a chunk (RFC 9112 section 7.1).
enum HTTPChunkLine {
    /// The size and how many digits it has: 1 to 15 hexadecimal digits, no sign, no prefix. 15 digits cannot overflow.
    static func size(_ line: UnsafeRawBufferPointer) -> (size: Int64, digits: Int)? {
        var size: Int64 = 0
        var digits = 0
        while digits < line.count, let value = ASCII.hexValue(line[digits]) {
            guard digits < 15 else { return nil }
            size = size << 4 | Int64(value)
            digits += 1
        }
        return digits > 0 ? (size, digits) : nil
    }

    /// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`, but no blank directly after the size: other
    /// parsers refuse it, and a size that two parsers read differently is how requests are smuggled.
    static func isExtensionList(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        func skipBlanks() {
            while index < bytes.count, ASCII.isBlank(bytes[index]) { index += 1 }
        }
        func skipToken() -> Bool {
            let start = index
            while index < bytes.count, ASCII.isTokenByte(bytes[index]) { index += 1 }
            return index > start
        }
        func skipQuotedText() -> Bool {
            index += 1
            while index < bytes.count, bytes[index] != ASCII.quote {
                if bytes[index] == ASCII.backslash { index += 1 }
                guard index < bytes.count, ASCII.isFieldByte(bytes[index]) else { return false }
                index += 1
            }
            index += 1
            return index <= bytes.count
        }
        if let first = bytes.first, ASCII.isBlank(first) { return false }
        while index < bytes.count {
            skipBlanks()
            guard index < bytes.count, bytes[index] == ASCII.semicolon else { return false }
            index += 1
            skipBlanks()
            guard skipToken() else { return false }
            let afterName = index
            skipBlanks()
            if index < bytes.count, bytes[index] == ASCII.equals {
                index += 1
                skipBlanks()
                guard index < bytes.count else { return false }
                guard bytes[index] == ASCII.quote ? skipQuotedText() : skipToken() else { return false }
            } else {
                index = afterName
            }
        }
        return true
    }
}
