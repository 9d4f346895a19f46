import Dispatch
import HTTPMessages
import HTTPServer
import Platform
import TestSupport
import Testing

/// One client that never pauses shares its loop with others.
///
/// The loop is held in the middle of the busy client's first bytes until those of the other client are there, so that what is
/// counted depends on no clock.
@Suite struct FairnessTests {
    /// Holds a loop's thread.
    private final class Barrier: Sendable {
        private let opened = DispatchSemaphore(value: 0)
        let reached: AsyncStream<Void>
        private let reporter: AsyncStream<Void>.Continuation

        init() { (reached, reporter) = AsyncStream.makeStream() }

        func hold() {
            reporter.yield()
            opened.wait()
        }
        func open() { opened.signal() }
    }

    private static let pipelined = 1_500

    @Test func `A request is answered although another client has sent very many`() async throws {
        let barrier = Barrier()
        let busy = Lock(0)
        let routes = [
            Route(.get, "/busy") { _ in
                if busy.withLock({ count in
                    count += 1; return count == 1
                }) {
                    barrier.hold()
                }
                return .empty(.noContent)
            },
            Route(.get, "/other") { _ in .text("\(busy.withLock { $0 })") },
        ]
        try await TestServer.run(routes, loops: 1) { server in
            let other = try server.connect()
            #expect(try await other.request("GET", "/other").text == "0")
            let client = try server.connect()
            let request = "GET /busy HTTP/1.1\r\nHost: a\r\n\r\n"
            try await client.send(String(repeating: request, count: Self.pipelined))
            for await _ in barrier.reached { break }
            try await other.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n")
            barrier.open()
            let answered = try #require(Int(try await other.receiveResponse().text))
            #expect(answered <= 64)
        }
    }

    @Test func `A request is answered although another client's body has no end`() async throws {
        let barrier = Barrier()
        let received = Lock(0)
        let routes = [
            Route(.post, "/body", bodyBytesMax: .max) { request in
                for try await chunk in request.body {
                    if received.withLock({
                        $0 += chunk.count; return $0 == chunk.count
                    }) {
                        barrier.hold()
                    }
                }
                return .empty(.noContent)
            },
            Route(.get, "/other") { _ in .text("\(received.withLock { $0 })") },
        ]
        try await TestServer.run(routes, loops: 1) { server in
            let other = try server.connect()
            #expect(try await other.request("GET", "/other").text == "0")
            let client = try server.connect()
            try await client.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
            try await client.send([UInt8](repeating: 0x61, count: 65_536))
            for await _ in barrier.reached { break }
            // What the kernel holds is many reads long.
            let sent = try await client.sendUntilBlocked(limit: 8 << 20)
            try #require(sent > 512 << 10)
            try await other.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n")
            barrier.open()
            let taken = try #require(Int(try await other.receiveResponse().text))
            #expect(taken <= 256 << 10)
        }
    }

    @Test func `A request is answered although a refused client sends on`() async throws {
        let barrier = Barrier()
        let routes = [
            Route(.get, "/hold") { _ in
                barrier.hold()
                return .empty(.noContent)
            },
            Route(.get, "/other") { _ in .text("ok") },
        ]
        try await TestServer.run(routes, loops: 1, options: { $0.timeouts.linger = .seconds(60) }) { server in
            let other = try server.connect()
            #expect(try await other.request("GET", "/other").text == "ok")
            let refused = try server.connect()
            try await refused.send("no request at all\r\n\r\n")
            #expect(try await refused.receiveResponse().status == 400)
            let holding = try server.connect()
            try await holding.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
            for await _ in barrier.reached { break }
            let sent = try await refused.sendUntilBlocked(limit: 8 << 20)
            barrier.open()
            // All of it is thrown away in portions, and nothing of it is left to keep the client waiting.
            #expect(try await other.request("GET", "/other").text == "ok")
            #expect(try await refused.sendUntilBlocked(limit: sent) == sent)
        }
    }
}
