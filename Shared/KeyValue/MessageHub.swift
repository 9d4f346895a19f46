import Platform

/// Who listens to which channel inside this process.
final class MessageHub: Sendable {
    private struct State {
        var mailboxes: [String: [UInt64: Mailbox]] = [:]
        var lastID: UInt64 = 0
        var count = 0
    }

    private let state = Lock(State())
    private let subscribersMax: Int
    private let waitingMessagesMax: Int

    init(subscribersMax: Int, waitingMessagesMax: Int) {
        self.subscribersMax = subscribersMax
        self.waitingMessagesMax = waitingMessagesMax
    }

    func publish(_ channel: String, _ message: [UInt8]) {
        let mailboxes = state.withLock { state in state.mailboxes[channel].map { Array($0.values) } ?? [] }
        for mailbox in mailboxes { mailbox.put(message) }
    }

    func subscribe(_ channel: String) throws(KeyValueError) -> Subscription {
        let mailbox = Mailbox(capacity: waitingMessagesMax)
        let id = try state.withLock { state throws(KeyValueError) in
            guard state.count < subscribersMax else { throw KeyValueError(.tooMany, "too many subscriptions") }
            state.lastID += 1
            state.count += 1
            state.mailboxes[channel, default: [:]][state.lastID] = mailbox
            return state.lastID
        }
        return Subscription(mailbox: mailbox) { [self] in unsubscribe(channel, id) }
    }

    private func unsubscribe(_ channel: String, _ id: UInt64) {
        state.withLock { state in
            guard state.mailboxes[channel]?.removeValue(forKey: id) != nil else { return }
            state.count -= 1
            if state.mailboxes[channel]?.isEmpty == true { state.mailboxes[channel] = nil }
        }
    }
}
