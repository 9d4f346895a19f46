internal import Glibc
internal import Platform

/// A client for tests that sends exactly the bytes it is told to and reads exactly what comes.
///
/// It blocks, on a thread of its own. Every wait ends after `patience` with an error, so that a broken server fails a test
/// instead of hanging it.
package actor RawHTTPClient {
    /// What went wrong on the client's side of a test.
    package enum Failure: Error {
        case timedOut(sofar: String)
        case closedEarly(sofar: String)
        case malformedResponse(String)
    }

    private let executor = BlockingExecutor(name: "raw-client")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var socket: FileDescriptor?
    private var buffer: [UInt8] = []
    /// How much of `buffer` has been handed out.
    private var start = 0
    private let patienceMilliseconds: Int32

    /// Connects to a port of this machine.
    package init(port: UInt16, patience: Duration = .seconds(10), receiveBufferBytes: Int? = nil) throws {
        patienceMilliseconds = Int32(clamping: patience.wholeMilliseconds)
        guard let address = SocketAddress(numeric: "127.0.0.1", port: port) else {
            throw Failure.malformedResponse("no address")
        }
        let socket = try FileDescriptor.connecting(to: address)
        if var size = receiveBufferBytes.map({ Int32($0) }) {
            setsockopt(socket.rawValue, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        self.socket = consume socket
    }

    // MARK: Sending

    /// Sends all bytes.
    package func send(_ bytes: some Collection<UInt8> & Sendable) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let result = try rest.withUnsafeBytes { try socket?.send($0) }
            switch result {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: try wait(for: Int16(POLLOUT))
            case nil: throw Failure.closedEarly(sofar: "")
            }
        }
    }

    /// Sends text in UTF-8.
    package func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Sends as much as fits without the server reading; how many bytes that were. Stops at `limit`.
    package func sendUntilBlocked(limit: Int) throws -> Int {
        let piece = [UInt8](repeating: 0x61, count: 65_536)
        var total = 0
        while total < limit {
            let result = try piece.withUnsafeBytes { try socket?.send($0) }
            guard case .bytes(let count) = result else {
                // Give the server a moment to show that it still reads.
                if isReady(for: Int16(POLLOUT), milliseconds: 200) { continue }
                return total
            }
            total += count
        }
        return total
    }

    /// Closes the sending side only.
    package func finishSending() {
        socket?.finishSending()
    }

    /// Closes at once; `isReset` drops the connection with RST.
    package func close(isReset: Bool = false) {
        if isReset { socket?.resetOnClose() }
        socket = nil
    }

    // MARK: Receiving

    /// Everything until the server closes.
    package func receiveToEnd() throws -> [UInt8] {
        while try receiveMore() {}
        return Array(take(buffer.count - start))
    }

    /// Everything until the server closes, as text.
    package func receiveTextToEnd() throws -> String {
        String(decoding: try receiveToEnd(), as: UTF8.self)
    }

    /// Everything up to and including `marker`.
    package func receive(through marker: String) throws -> String {
        let marker = Array(marker.utf8)
        var searched = start
        while true {
            if let end = position(of: marker, from: searched) {
                return String(decoding: take(end + marker.count - start), as: UTF8.self)
            }
            searched = max(start, buffer.count - marker.count + 1)
            guard try receiveMore() else { throw Failure.closedEarly(sofar: text) }
        }
    }

    /// Exactly `count` bytes.
    package func receive(count: Int) throws -> [UInt8] {
        while buffer.count - start < count {
            guard try receiveMore() else { throw Failure.closedEarly(sofar: text) }
        }
        return Array(take(count))
    }

    /// One response with its body, whichever way its length is told.
    package func receiveResponse(toHead isHead: Bool = false) throws -> RawHTTPResponse {
        let head = try receive(through: "\r\n\r\n")
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)[...]
        guard let statusLine = lines.popFirst(), statusLine.hasPrefix("HTTP/1."),
            let status = Int(statusLine.dropFirst(9).prefix(3))
        else { throw Failure.malformedResponse(head) }
        var response = RawHTTPResponse(status: status)
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { throw Failure.malformedResponse(head) }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            response.fields.append((line[..<colon].lowercased(), String(value)))
        }
        if isHead || status < 200 || status == 204 || status == 304 { return response }
        if response["transfer-encoding"] == "chunked" {
            response.body = try receiveChunks()
        } else if let length = response["content-length"].flatMap(Int.init) {
            response.body = try receive(count: length)
        } else {
            response.body = try receiveToEnd()
        }
        return response
    }

    /// Sends a request without a body and reads the answer.
    package func request(_ method: String, _ target: String, fields: String = "") throws -> RawHTTPResponse {
        try send("\(method) \(target) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n")
        return try receiveResponse(toHead: method == "HEAD")
    }

    /// Whether the server closes without sending anything more.
    package func isClosedByServer() throws -> Bool {
        while try receiveMore() {}
        return buffer.count == start
    }

    private func receiveChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try receive(through: "\r\n")
            guard let size = Int(line.dropLast(1), radix: 16) else { throw Failure.malformedResponse(line) }
            let chunk = try receive(count: size + 2)
            if size == 0 { return body }
            body += chunk.dropLast(2)
        }
    }

    private var text: String { String(decoding: buffer[start...].prefix(2000), as: UTF8.self) }

    private func take(_ count: Int) -> ArraySlice<UInt8> {
        let taken = buffer[start..<start + count]
        start += count
        // Not at every step: moving the rest to the front each time would make long exchanges quadratic.
        if start > 1 << 20 || start == buffer.count {
            buffer.removeFirst(start)
            start = 0
        }
        return taken
    }

    private func position(of marker: [UInt8], from start: Int) -> Int? {
        buffer.withUnsafeBufferPointer { bytes in
            guard bytes.count - start >= marker.count, let first = marker.first else { return nil }
            return (start...bytes.count - marker.count).first {
                bytes[$0] == first && bytes[$0..<$0 + marker.count].elementsEqual(marker)
            }
        }
    }

    /// False at the end of the stream; a reset counts as one.
    private func receiveMore() throws -> Bool {
        try wait(for: Int16(POLLIN))
        return try withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { piece in
            do {
                switch try socket?.receive(into: piece) {
                case .bytes(let count):
                    buffer.append(contentsOf: piece[..<count])
                    return count > 0
                case .wouldBlock: return true
                case nil: return false
                }
            } catch let error as SystemError where error.code == ECONNRESET || error.code == EPIPE {
                return false
            }
        }
    }

    /// Whether the server has sent something, or closed, within so many milliseconds.
    package func hasInput(withinMilliseconds milliseconds: Int32) -> Bool {
        isReady(for: Int16(POLLIN), milliseconds: milliseconds)
    }

    private func wait(for events: Int16) throws {
        guard isReady(for: events, milliseconds: patienceMilliseconds) else { throw Failure.timedOut(sofar: text) }
    }

    private func isReady(for events: Int16, milliseconds: Int32) -> Bool {
        guard let number = socket?.rawValue else { return true }
        var entry = pollfd(fd: number, events: events, revents: 0)
        while true {
            let count = poll(&entry, 1, milliseconds)
            if count >= 0 || errno != EINTR { return count > 0 }
        }
    }
}

/// A response as a raw client saw it; names of fields in lower case.
package struct RawHTTPResponse: Sendable {
    package let status: Int
    package var fields: [(name: String, value: String)] = []
    package var body: [UInt8] = []

    package init(status: Int) {
        self.status = status
    }

    /// The first field of that name (lower case).
    package subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    package var text: String { String(decoding: body, as: UTF8.self) }
}
