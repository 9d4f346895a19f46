package import JSONCoding
package import Platform
package import SQL

/// What another service must learn, written in the transaction of the change that it is about.
///
/// ``OutboxDispatcher`` delivers it: at least once, and for each target in the order of writing.
package struct Outbox: Sendable {
    /// Bytes of a message as JSON.
    package static let payloadBytesMax = 256 << 10

    private let time: any TimeSource
    let pulse = Pulse()

    package init(time: any TimeSource = SystemTime()) {
        self.time = time
    }

    /// Writes a message for the service `target`; its id, by which the receiver recognises a repetition.
    /// Throws `.payloadTooLarge`.
    @discardableResult
    package func enqueue(
        target: String, path: String, payload: JSONValue, in connection: any SQLConnection
    ) throws -> Identifier {
        let text = payload.text
        guard text.utf8.count <= Self.payloadBytesMax else {
            throw JobError(.payloadTooLarge, "a message has at most \(Self.payloadBytesMax) bytes")
        }
        let id = Identifier.make()
        try connection.execute(
            """
            INSERT INTO outbox (id, target, path, payload, created_at)
            VALUES (\(id), \(target), \(path), \(text), \(time.wall))
            """)
        connection.afterCommit { [pulse] in pulse.fire() }
        return id
    }
}

/// A message on its way.
package struct OutboxMessage: Sendable, Hashable {
    package let id: Identifier
    package let target: String
    package let path: String
    package let payload: JSONValue
    let sequence: Int64
}

extension OutboxMessage {
    init(row: SQLRow) throws {
        id = try row.get("id")
        target = try row.get("target")
        path = try row.get("path")
        payload = try JSONValue(parsing: row.get("payload", as: String.self))
        sequence = try row.get("sequence")
    }
}
