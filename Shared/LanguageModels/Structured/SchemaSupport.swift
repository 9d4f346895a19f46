import Platform

/// How much of a schema a server understands. Some refuse schemas; they are then asked for any JSON, and if they refuse
/// that, too, for nothing but text. What worked after a refusal is remembered.
final class SchemaSupport: Sendable {
    enum Level: Int, Sendable { case schema, anyJSON, text }

    private let known = Lock(Level.schema)

    /// Opens with the highest level that the server does not refuse.
    /// - Throws: what the first attempt threw if none succeeds.
    func open<Response>(
        _ attempt: (Level) async throws(ModelError) -> Response
    ) async throws(ModelError) -> Response {
        var level = known.withLock { $0 }
        var first: ModelError?
        while true {
            do {
                let response = try await attempt(level)
                known.withLock { $0 = level }
                return response
            } catch {
                guard error.code == .refusedRequest, let next = Level(rawValue: level.rawValue + 1) else {
                    throw first ?? error
                }
                first = first ?? error
                level = next
            }
        }
    }
}
