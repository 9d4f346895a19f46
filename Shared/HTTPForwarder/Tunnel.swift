internal import HTTPServer
internal import Platform

/// Passes bytes both ways between an upgraded client and the upstream server until both have finished, or one has broken.
enum Tunnel {
    static func run(_ client: UpgradedConnection, _ lease: UpstreamLease, on loop: EventLoop) async throws {
        let upstream = lease.connection
        let outcome: Result<Void, any Error>
        do {
            try await pass(between: client, upstream, on: loop)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await upstream.close()
        try outcome.get()
    }

    private static func pass(
        between client: UpgradedConnection, _ upstream: UpstreamConnection, on loop: EventLoop
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) {
                while true {
                    switch try await client.receive() {
                    case .bytes(let bytes): try await upstream.sendRaw(bytes)
                    case .end: return await upstream.finishSending()
                    // The upstream server ends its conversations itself when it goes down; ours end with the drain.
                    case .draining, .idle: continue
                    }
                }
            }
            group.addTask(executorPreference: loop) {
                while let bytes = try await upstream.receiveRaw() { try await client.send(bytes) }
                try await client.finishSending()
            }
            do {
                try await group.waitForAll()
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }
}
