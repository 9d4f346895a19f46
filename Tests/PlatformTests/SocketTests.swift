import Platform
import TestSupport
import Testing

/// Collects what a loop says about one descriptor.
private final class RecordingChannel: EventLoopChannel {
    enum Event: Sendable, Equatable { case ready(readable: Bool, writable: Bool, peerClosed: Bool), deadline, flush }
    let events: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation

    init() {
        (events, continuation) = AsyncStream.makeStream()
    }

    func ready(_ readiness: Readiness) {
        continuation.yield(
            .ready(
                readable: readiness.isReadable, writable: readiness.isWritable, peerClosed: readiness.isPeerClosed))
    }

    func deadlineReached() { continuation.yield(.deadline) }
    func flush() { continuation.yield(.flush) }
}

extension EventLoop {
    fileprivate func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}

private final class Box: Sendable {
    let descriptor: FileDescriptor
    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
}

@Suite struct SocketTests {
    @Test func `A loop reports connections, bytes and the end of a stream`() async throws {
        let group = try EventLoopGroup(count: 1)
        let loop = group.next()
        let address = try #require(SocketAddress(numeric: "127.0.0.1", port: 0))
        let listener = Box(try .listening(at: address))
        let channel = RecordingChannel()
        let listenerID = try await loop.run { try loop.registerListener(listener.descriptor, channel) }
        var events = channel.events.makeAsyncIterator()

        let client = Box(try .connecting(to: try listener.descriptor.localAddress()))
        #expect(await events.next() == .ready(readable: true, writable: false, peerClosed: false))
        guard let accepted = try listener.descriptor.accept() else {
            Issue.record("the connection that was reported is not there")
            return
        }
        let peer = accepted.peer
        #expect(peer?.host == "127.0.0.1")
        let server = Box(accepted.take())

        let serverChannel = RecordingChannel()
        let id = try await loop.run { try loop.register(server.descriptor, serverChannel) }
        var serverEvents = serverChannel.events.makeAsyncIterator()
        #expect(await serverEvents.next() == .ready(readable: false, writable: true, peerClosed: false))
        let hello = Array("hello".utf8)
        let sent = try hello.withUnsafeBytes { try client.descriptor.send($0) }
        #expect(sent == .bytes(5))
        #expect(await serverEvents.next() == .ready(readable: true, writable: true, peerClosed: false))
        client.descriptor.finishSending()
        #expect(await serverEvents.next() == .ready(readable: true, writable: true, peerClosed: true))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
        defer { buffer.deallocate() }
        let first = try server.descriptor.receive(into: buffer)
        let second = try server.descriptor.receive(into: buffer)
        #expect(first == .bytes(5))
        #expect(second == .bytes(0))
        _ = try await loop.run {
            loop.deregister(id, server.descriptor)
            loop.deregister(listenerID, listener.descriptor)
        }
    }

    @Test func `Deadlines come in order and not for channels that went away`() async throws {
        let group = try EventLoopGroup(count: 1)
        let loop = group.next()
        let listener = Box(try .listening(at: try #require(SocketAddress(numeric: "127.0.0.1", port: 0))))
        let gone = RecordingChannel()
        let channel = RecordingChannel()
        // What is asked for before the loop's first turn has no turn of its own, and a deadline may be past by then.
        try await loop.run {}
        _ = try await loop.run {
            let goneID = try loop.registerListener(listener.descriptor, gone)
            loop.notify(goneID, at: loop.now)
            loop.deregister(goneID, listener.descriptor)
            let id = try loop.registerListener(listener.descriptor, channel)
            loop.notify(id, at: loop.now + .milliseconds(2))
            loop.flushLater(channel)
        }
        var events = channel.events.makeAsyncIterator()
        let first = await events.next()
        let second = await events.next()
        #expect(first == .flush)
        #expect(second == .deadline)
    }

    @Test func `A taken port is an error with its number`() throws {
        let first = Box(try .listening(at: try #require(SocketAddress(numeric: "127.0.0.1", port: 0))))
        let address = try first.descriptor.localAddress()
        let error = #expect(throws: SystemError.self) { _ = Box(try .listening(at: address)) }
        #expect(error?.description == "bind: Address already in use")
    }

    @Test(arguments: ["127.0.0.1", "::1", "2001:db8::7"])
    func `Numeric addresses print as they were read`(text: String) throws {
        let address = try #require(SocketAddress(numeric: text, port: 8080))
        #expect(address.host == text)
        #expect(address.description == (text.contains(":") ? "[\(text)]:8080" : "\(text):8080"))
        #expect(try SocketAddress.resolve(host: text, port: 8080) == address)
    }

    @Test func `Names that are no addresses are not taken for numeric`() {
        for text in ["localhost", "127.0.0.256", "", "1.2.3", ":::"] {
            #expect(SocketAddress(numeric: text, port: 1) == nil)
        }
    }

    @Test func `A file tells its size and is closed by its owner`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.txt", Array("twelve bytes".utf8))
        let file = try FileDescriptor.openForReading(path: path)
        #expect(try file.fileStatus().byteCount == 12)
        #expect(try file.fileStatus().isRegularFile)
        try file.close()
        let error = #expect(throws: SystemError.self) {
            _ = Box(try FileDescriptor.openForReading(path: folder.file("missing")))
        }
        #expect(error?.code == 2)
    }
}
