package import JSONCoding
package import Platform

/// A job to be put into the queue.
package struct NewJob: Sendable {
    /// When it may begin.
    package enum Start: Sendable {
        case now
        /// Counted on the machine's own clock, so that setting the time of day makes it neither early nor late.
        case after(Duration)
        /// A moment of the wall clock.
        case at(Timestamp)
    }

    /// Bytes of a payload as JSON; what is larger belongs into a table or an object.
    package static let payloadBytesMax = 256 << 10

    package var kind: String
    package var payload: JSONValue
    /// Whom it is for, when it is for somebody.
    package var owner: String?
    /// While a job of this kind and key is queued or running no second one is made.
    package var uniqueKey: String?
    package var start: Start

    package init(
        kind: String, payload: JSONValue = .object([:]), owner: String? = nil, uniqueKey: String? = nil,
        start: Start = .now
    ) {
        self.kind = kind
        self.payload = payload
        self.owner = owner
        self.uniqueKey = uniqueKey
        self.start = start
    }

    /// The same with a moment of the wall clock.
    package init(
        kind: String, payload: JSONValue, owner: String? = nil, uniqueKey: String? = nil, runAt: Timestamp?
    ) {
        self.init(
            kind: kind, payload: payload, owner: owner, uniqueKey: uniqueKey, start: runAt.map { .at($0) } ?? .now)
    }
}
