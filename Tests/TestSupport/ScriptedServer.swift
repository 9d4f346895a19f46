internal import Dispatch
internal import Glibc
internal import Platform

/// A TCP server whose every byte a test decides: for answers that no proper server would give.
///
/// Each connection runs the script on a thread of its own with blocking calls, so that a script reads like the exchange
/// it plays. What the script reports can be awaited by the test.
package final class ScriptedServer: Sendable {
    package let port: UInt16
    /// What scripts reported, in order.
    package let reports: AsyncStream<String>
    private let listener: Int32
    private let reporter: AsyncStream<String>.Continuation
    private let accepted = Lock(0)

    /// Listens on a free port of the loopback address.
    package init(_ script: @escaping @Sendable (ScriptedConnection) throws -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw ScriptEnded() }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> UInt16? in
                guard bind(listener, pointer, length) == 0, listen(listener, 64) == 0,
                    getsockname(listener, pointer, &length) == 0
                else { return nil }
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port.bigEndian }
            }
        }
        guard let port else {
            close(listener)
            throw ScriptEnded()
        }
        self.port = port
        self.listener = listener
        (reports, reporter) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(1_000))
        let accepted = self.accepted
        let reporter = self.reporter
        startThread(name: "scripted") {
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                let number = accepted.withLock { count in
                    count += 1
                    return count
                }
                startThread(name: "script-\(number)") {
                    let connection = ScriptedConnection(descriptor, number: number, reporter: reporter)
                    try? script(connection)
                }
            }
            close(listener)
        }
    }

    deinit {
        // Wakes the accepting thread, which then closes the socket.
        shutdown(listener, Int32(SHUT_RDWR))
        reporter.finish()
    }

    package var url: String { "http://127.0.0.1:\(port)" }

    /// How many connections have been accepted.
    package var connectionCount: Int { accepted.withLock { $0 } }

    /// Returns when a script has reported `text`.
    package func awaitReport(_ text: String) async {
        for await report in reports where report == text { return }
    }
}

/// The peer went away, or the socket failed: the script is over.
package struct ScriptEnded: Error {}

/// One connection of a `ScriptedServer`; used on the script's thread only.
package final class ScriptedConnection {
    /// A request as it came over the wire.
    package struct Request {
        /// Request line and fields, without the empty line.
        package let head: String
        package let body: [UInt8]

        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Counted from 1 in the order of acceptance.
    package let number: Int
    private let descriptor: Int32
    private let reporter: AsyncStream<String>.Continuation
    private var received: [UInt8] = []

    init(_ descriptor: Int32, number: Int, reporter: AsyncStream<String>.Continuation) {
        self.descriptor = descriptor
        self.number = number
        self.reporter = reporter
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Tells the test something.
    package func report(_ text: String) { reporter.yield(text) }

    /// Reads one request with a `Content-Length` or no body. Throws when the peer closes first.
    package func readRequest() throws -> Request {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if let end = received.firstRange(of: mark)?.lowerBound {
                let head = String(decoding: received[..<end], as: UTF8.self)
                let length =
                    head.split(separator: "\r\n").compactMap { line -> Int? in
                        guard line.lowercased().hasPrefix("content-length:") else { return nil }
                        return Int(line.drop { $0 != ":" }.dropFirst().drop { $0 == " " })
                    }.first ?? 0
                let total = end + 4 + length
                while received.count < total { try fill() }
                let body = Array(received[(end + 4)..<total])
                received.removeFirst(total)
                return Request(head: head, body: body)
            }
            try fill()
        }
    }

    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw ScriptEnded() }
            sent += count
        }
    }

    /// A response with a body of known length.
    package func respond(_ status: Int = 200, fields: [String] = [], body: String) throws {
        let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)"] + fields
        try send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Reads and forgets until the peer closes.
    package func awaitClose() {
        do { while true { try fill() } } catch {}
    }

    /// Closes so that the peer sees a reset instead of an end.
    package func reset() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    private func fill() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw ScriptEnded() }
        received += buffer[..<count]
    }
}

/// A gate between a test and a script: the script's thread waits until the test opens it.
package final class ScriptGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    package init() {}

    /// Lets one waiter through.
    package func open() { semaphore.signal() }

    /// Blocks the calling thread. Only for scripts.
    package func pass() { semaphore.wait() }
}
