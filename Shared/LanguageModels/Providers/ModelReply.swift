import HTTPClient
import HTTPMessages
import Platform

/// Reads one protocol's reply as it arrives, cut anywhere. A value without I/O.
///
/// "The stream ended" and "the answer is finished" are two things: only `isFinished` says the second.
protocol ModelReply: Sendable {
    var isFinished: Bool { get }

    /// Adds the events that the next bytes complete; those before a failure as well. Bytes after the end are ignored.
    mutating func consume(_ bytes: [UInt8], into events: inout [ModelEvent]) throws(ModelError)

    /// The bytes have ended: adds what a last line without its end still gives.
    mutating func end(into events: inout [ModelEvent]) throws(ModelError)
}

/// Turns a response into the events of an answer, pulled by the reader: nothing is read before it is asked for.
final class ModelReplyReader<Reply: ModelReply>: Sendable {
    private struct Progress {
        var reply: Reply
        var waiting: [ModelEvent] = []
        /// Told after the events that came before it.
        var failure: ModelError?
        var hasEnded = false
    }

    private let call: ModelCall
    private let iterator: HTTPClientBody.Iterator
    // One reader at a time by the contract of the stream; the lock makes a second one harmless.
    private let progress: Lock<Progress>

    init(_ call: ModelCall, _ reply: Reply) {
        self.call = call
        iterator = call.stream.body.makeAsyncIterator()
        progress = Lock(Progress(reply: reply))
    }

    static func events(_ call: ModelCall, _ reply: Reply) -> AsyncThrowingStream<ModelEvent, any Error> {
        let reader = ModelReplyReader(call, reply)
        return AsyncThrowingStream { try await reader.next() }
    }

    private func next() async throws(ModelError) -> ModelEvent? {
        do throws(ModelError) {
            while true {
                if let event = takeWaiting() {
                    if case .finished(let finish) = event { call.finish(finish) }
                    return event
                }
                if let failure = progress.withLock({ $0.failure }) { throw failure }
                if progress.withLock({ $0.hasEnded }) { return nil }
                await readOn()
            }
        } catch {
            progress.withLock { progress in
                progress.failure = nil
                progress.hasEnded = true
            }
            call.stream.cancel()
            call.fail(error)
            throw error
        }
    }

    private func takeWaiting() -> ModelEvent? {
        progress.withLock { progress in
            guard !progress.waiting.isEmpty else { return nil }
            let event = progress.waiting.removeFirst()
            if case .finished = event { progress.hasEnded = true }
            return event
        }
    }

    private func readOn() async {
        let result: Result<[UInt8]?, HTTPClientError>
        do {
            result = .success(try await iterator.nextChunk())
        } catch {
            result = .failure(error)
        }
        progress.withLock { progress in
            do throws(ModelError) {
                switch result {
                case .success(let bytes?): try progress.reply.consume(bytes, into: &progress.waiting)
                case .success(nil):
                    try progress.reply.end(into: &progress.waiting)
                    guard progress.reply.isFinished else {
                        throw ModelError(.cutOff, "The language model's reply was cut off.")
                    }
                    progress.hasEnded = progress.waiting.isEmpty
                case .failure(let error): throw ModelError(error, hasBegun: true)
                }
            } catch {
                progress.failure = error
            }
        }
    }
}
