import HTTPMessages

/// Puts the lines that libcurl hands out together to a response head. A value without I/O.
///
/// libcurl calls its header function once per line, for interim responses and trailers too (CURLOPT_HEADERFUNCTION(3)).
struct ResponseHeadReader {
    enum Step: Equatable {
        case needsMore
        /// The head of the final response is complete.
        case complete
        case malformed
        case tooLarge
    }

    private(set) var head: HTTPResponseHead?
    private let bytesMax: Int
    private var bytesSeen = 0
    private var status: Int?
    private var fields = HTTPFields()

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Takes one line with its line end.
    mutating func consume(_ line: UnsafeRawBufferPointer) -> Step {
        // Lines after the final head are trailers: nothing in this house uses them.
        guard head == nil else { return .complete }
        bytesSeen += line.count
        guard bytesSeen <= bytesMax else { return .tooLarge }

        let text = String(decoding: line, as: UTF8.self)
        let content = text.prefix { $0 != "\r\n" && $0 != "\n" && $0 != "\r" }
        if content.isEmpty { return endOfHead() }
        if status == nil { return statusLine(content) }
        if content.first == " " || content.first == "\t" { return .malformed }  // obs-fold, RFC 9112, 5.2
        guard let colon = content.firstIndex(of: ":"), colon != content.startIndex else { return .malformed }
        let value = content[content.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        let end = value.lastIndex { $0 != " " && $0 != "\t" }.map(value.index(after:)) ?? value.startIndex
        fields.append(HTTPFieldName(String(content[..<colon])), String(value[..<end]))
        return .needsMore
    }

    private mutating func statusLine(_ line: Substring) -> Step {
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/"), let code = Int(parts[1]), (100...599).contains(code) else {
            return .malformed
        }
        status = code
        fields = HTTPFields()
        return .needsMore
    }

    private mutating func endOfHead() -> Step {
        guard let code = status else { return .malformed }
        status = nil
        if (100..<200).contains(code) { return .needsMore }  // the final response follows
        head = HTTPResponseHead(status: HTTPStatus(code), fields: fields)
        return .complete
    }
}
