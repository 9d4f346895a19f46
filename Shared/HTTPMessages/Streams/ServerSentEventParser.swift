/// Reads a `text/event-stream` as it arrives (WHATWG HTML, "Interpreting an event stream"), cut anywhere.
package struct ServerSentEventParser: Sendable {
    /// One event's lines may not be longer in all.
    package let eventBytesMax: Int
    /// The last id seen: what a client sends as `Last-Event-ID` when it connects again. Empty when there was none.
    package private(set) var lastEventID = ""
    /// The last waiting time the server asked for.
    package private(set) var retry: Duration?

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var event = ""
    private var endedWithReturn = false
    private var isAtStart = true

    package init(eventBytesMax: Int = 1024 * 1024) {
        self.eventBytesMax = eventBytesMax
    }

    /// Takes the next bytes and returns the events they complete. `id` of an event is the last one seen, its own or an
    /// earlier event's.
    ///
    /// - Throws: `LineTooLongError` when an event is longer than allowed; the parser is of no more use then.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws(LineTooLongError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            if byte == ASCII.lineFeed, endedWithReturn {
                // The second half of CR LF.
                endedWithReturn = false
                continue
            }
            endedWithReturn = byte == ASCII.carriageReturn
            if byte == ASCII.lineFeed || byte == ASCII.carriageReturn {
                if let event = endLine() { events.append(event) }
            } else {
                line.append(byte)
                guard line.count + data.count <= eventBytesMax else { throw LineTooLongError() }
            }
        }
        return events
    }

    /// Uses the line; returns an event when it was the empty line that ends one. An event without data is none, but its
    /// id stays.
    private mutating func endLine() -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard line.isEmpty else {
            useField()
            return nil
        }
        defer {
            data = []
            hasData = false
            event = ""
        }
        guard hasData else { return nil }
        return ServerSentEvent(
            event: event.isEmpty ? nil : event, data: String(decoding: data, as: UTF8.self),
            id: lastEventID.isEmpty ? nil : lastEventID, retry: retry)
    }

    private mutating func useField() {
        let colon = line.firstIndex(of: ASCII.colon) ?? line.count
        var value = line[min(colon + 1, line.count)...]
        if value.first == ASCII.space { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if hasData { data.append(ASCII.lineFeed) }
            data.append(contentsOf: value)
            hasData = true
        case "event":
            event = String(decoding: value, as: UTF8.self)
        case "id":
            if !value.contains(0) { lastEventID = String(decoding: value, as: UTF8.self) }
        case "retry":
            if (1...12).contains(value.count), value.allSatisfy(ASCII.isDigit) {
                retry = .milliseconds(value.reduce(Int64(0)) { $0 * 10 + Int64($1 &- ASCII.zero) })
            }
        default:
            // A comment (its name is empty) or a field of the future.
            break
        }
    }
}
