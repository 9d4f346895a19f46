package import HTTPMessages

/// A response whose body is read as it arrives. Dropping the stream before its end stops the transfer.
///
/// One task reads it, once. A reader that falls behind by `HTTPClientOptions.readAheadBytesMax` makes the connection
/// pause, so that memory stays bounded.
package struct HTTPClientStream: Sendable {
    package let head: HTTPResponseHead
    package let body: HTTPClientBody

    package var status: HTTPStatus { head.status }
    package var fields: HTTPFields { head.fields }

    /// Reads the rest of the body into memory.
    /// - Throws: `HTTPClientError`; `responseTooLarge` beyond `bytesMax`.
    package func collect(upTo bytesMax: Int) async throws(HTTPClientError) -> [UInt8] {
        var collected: [UInt8] = []
        let iterator = body.makeAsyncIterator()
        while let chunk = try await iterator.nextChunk() {
            guard collected.count + chunk.count <= bytesMax else {
                cancel()
                throw HTTPClientError(.responseTooLarge, "The body of the response is too large.")
            }
            if collected.isEmpty { collected = chunk } else { collected += chunk }
        }
        return collected
    }

    /// Stops the transfer at once.
    package func cancel() { body.lease.cancel() }
}

/// The pieces of a response body in the order of their arrival. Ends normally only when the response was complete;
/// a cut connection throws `HTTPClientError` after what had arrived.
package struct HTTPClientBody: AsyncSequence, Sendable {
    let lease: TransferLease

    package func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    package struct Iterator: AsyncIteratorProtocol, Sendable {
        let lease: TransferLease

        package func next() async throws -> [UInt8]? { try await nextChunk() }

        /// The next piece, `nil` at the end of the response. Cancelling the task stops the transfer and throws
        /// `cancelled` at once.
        package func nextChunk() async throws(HTTPClientError) -> [UInt8]? {
            switch await lease.next() {
            case .chunk(let bytes): return bytes
            case .end: return nil
            case .failure(let error): throw error
            }
        }
    }
}

/// Ties the life of a transfer to that of whoever reads it.
final class TransferLease: Sendable {
    private let delivery: TransferDelivery
    private let loop: TransferLoop

    init(_ delivery: TransferDelivery, _ loop: TransferLoop) {
        self.delivery = delivery
        self.loop = loop
    }

    deinit { cancel() }

    func cancel() {
        guard !delivery.isEnded else { return }
        delivery.abandon(HTTPClientError(.cancelled, "The request was cancelled."))
        loop.cancel(delivery.id)
    }

    func head() async -> Result<HTTPResponseHead, HTTPClientError> {
        await withTaskCancellationHandler {
            await delivery.awaitHead()
        } onCancel: {
            cancel()
        }
    }

    func next() async -> DeliveryState.BodyStep {
        await withTaskCancellationHandler {
            let (step, mustResume) = await delivery.awaitBody()
            if mustResume { loop.resume(delivery.id) }
            return step
        } onCancel: {
            cancel()
        }
    }
}
