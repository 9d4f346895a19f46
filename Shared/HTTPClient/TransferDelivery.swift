import HTTPMessages
import Platform

/// The place where the curl thread and the reading task of one transfer meet.
///
/// One task reads at a time; a second one is told so by an error. A reader that is cancelled while it waits is woken at
/// once and does not wait for the curl thread.
final class TransferDelivery: Sendable {
    private struct Shared {
        var state: DeliveryState
        var headReader: CheckedContinuation<Result<HTTPResponseHead, HTTPClientError>, Never>?
        var bodyReader: CheckedContinuation<DeliveryState.BodyStep, Never>?
    }

    let id: UInt64
    private let shared: Lock<Shared>

    init(id: UInt64, collects: Bool, readAheadBytesMax: Int) {
        self.id = id
        shared = Lock(Shared(state: DeliveryState(collects: collects, readAheadBytesMax: readAheadBytesMax)))
    }

    // MARK: The curl thread's side

    func receive(head: HTTPResponseHead) {
        change { $0.receive(head: head) }
    }

    /// - Returns: false when the transfer has to pause.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        change { $0.receive(bytes) }
    }

    /// Ends the response, with a failure or well.
    func end(_ failure: HTTPClientError?) {
        change { $0.end(failure) }
    }

    // MARK: The reader's side

    var isEnded: Bool { shared.withLock { $0.state.isEnded } }

    /// Ends the response for the reader, at once.
    func abandon(_ failure: HTTPClientError) {
        change { $0.abandon(failure) }
    }

    func awaitHead() async -> Result<HTTPResponseHead, HTTPClientError> {
        await withCheckedContinuation { continuation in
            let ready = shared.withLock { shared -> Result<HTTPResponseHead, HTTPClientError>? in
                if let ready = shared.state.head() { return ready }
                guard shared.headReader == nil else { return .failure(Self.secondReader) }
                shared.headReader = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    /// - Returns: the next piece, and whether the connection has to be told to go on.
    func awaitBody() async -> (step: DeliveryState.BodyStep, mustResume: Bool) {
        let step = await withCheckedContinuation { continuation in
            let ready = shared.withLock { shared -> DeliveryState.BodyStep? in
                if let ready = shared.state.takeBody() { return ready }
                guard shared.bodyReader == nil else { return .failure(Self.secondReader) }
                shared.bodyReader = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
        return (step, shared.withLock { $0.state.takeResume() })
    }

    private static var secondReader: HTTPClientError {
        HTTPClientError(.invalidRequest, "Two tasks read the same response.")
    }

    /// Changes the state and wakes the reader whose wait is over. The continuations are resumed outside the lock.
    private func change<Value>(_ body: (inout DeliveryState) -> Value) -> Value {
        var head:
            (
                CheckedContinuation<Result<HTTPResponseHead, HTTPClientError>, Never>,
                Result<HTTPResponseHead, HTTPClientError>
            )?
        var step: (CheckedContinuation<DeliveryState.BodyStep, Never>, DeliveryState.BodyStep)?
        let value = shared.withLock { shared in
            let value = body(&shared.state)
            if let reader = shared.headReader, let ready = shared.state.head() {
                shared.headReader = nil
                head = (reader, ready)
            }
            if let reader = shared.bodyReader, let ready = shared.state.takeBody() {
                shared.bodyReader = nil
                step = (reader, ready)
            }
            return value
        }
        if let (reader, ready) = head { reader.resume(returning: ready) }
        if let (reader, ready) = step { reader.resume(returning: ready) }
        return value
    }
}
