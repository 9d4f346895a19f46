/// The messages of a channel from the moment of subscribing on, for one reader.
///
/// Iterate it once, from one task; cancelling that task ends the iteration. Releasing the subscription ends it. Which
/// messages arrive while nobody reads is bounded: a slow reader misses the oldest and is told how many.
package final class Subscription: AsyncSequence, Sendable {
    package enum Event: Sendable, Hashable {
        case message([UInt8])
        /// This many messages were lost here; what they told must be fetched from where it is kept.
        case missed(Int)
    }

    private let mailbox: Mailbox
    private let onEnd: @Sendable () -> Void

    /// Made by stores; `onEnd` is called when the subscription is released.
    package init(mailbox: Mailbox, onEnd: @escaping @Sendable () -> Void) {
        self.mailbox = mailbox
        self.onEnd = onEnd
    }

    deinit {
        onEnd()
        mailbox.close()
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(subscription: self)
    }

    /// Keeps the subscription alive while it is read.
    package struct Iterator: AsyncIteratorProtocol {
        let subscription: Subscription

        /// The next event; `nil` when the task is cancelled or the store has closed the subscription.
        package mutating func next() async -> Event? {
            await subscription.mailbox.next()
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> Event? {
            await subscription.mailbox.next()
        }
    }
}
