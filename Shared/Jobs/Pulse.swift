/// A signal that something may be there to do. Several in a row count as one; none is lost.
struct Pulse: Sendable {
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func fire() {
        continuation.yield()
    }

    func finish() {
        continuation.finish()
    }
}
