import Platform

/// A bounded queue of messages between publishers, who never wait, and one reader.
package final class Mailbox: Sendable {
    private struct State {
        var messages: [[UInt8]] = []
        var head = 0
        var missed = 0
        var isClosed = false
        var reader: CheckedContinuation<Subscription.Event?, Never>?

        mutating func next() -> Subscription.Event? {
            if missed > 0 {
                defer { missed = 0 }
                return .missed(missed)
            }
            guard head < messages.count else { return nil }
            let message = messages[head]
            messages[head] = []
            head += 1
            if head == messages.count {
                messages.removeAll(keepingCapacity: true)
                head = 0
            }
            return .message(message)
        }
    }

    private let state = Lock(State())
    private let capacity: Int

    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// Hands the message to the reader or keeps it; the oldest goes when there is no room.
    package func put(_ message: [UInt8]) {
        let reader = state.withLock { state -> CheckedContinuation<Subscription.Event?, Never>? in
            guard !state.isClosed else { return nil }
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            if state.messages.count - state.head >= capacity {
                state.messages.removeFirst(state.head + 1)
                state.head = 0
                state.missed += 1
            }
            state.messages.append(message)
            return nil
        }
        reader?.resume(returning: .message(message))
    }

    /// Tells the reader that `count` messages were lost before they came here.
    package func miss(_ count: Int) {
        let reader = state.withLock { state -> CheckedContinuation<Subscription.Event?, Never>? in
            guard let reader = state.reader else {
                state.missed += count
                return nil
            }
            state.reader = nil
            return reader
        }
        reader?.resume(returning: .missed(count))
    }

    /// Ends the reader's iteration; later messages are dropped.
    package func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    func next() async -> Subscription.Event? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in wait(continuation) }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(returning: nil)
        }
    }

    private func wait(_ continuation: CheckedContinuation<Subscription.Event?, Never>) {
        let answer: Subscription.Event?? = state.withLock { state in
            precondition(state.reader == nil, "a subscription has one reader")
            if let event = state.next() { return event }
            // Checked under the lock that the cancellation handler takes: one of the two sees the other.
            if state.isClosed || Task.isCancelled { return .some(nil) }
            state.reader = continuation
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }
}
