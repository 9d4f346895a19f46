import JSONCoding
import KeyValue
import Logs
import Platform

/// The first page of each user's list of subjects, kept for half an hour under `user:{id}:subjects`.
///
/// A change does not just remove the value: for a moment it leaves a mark in its place, and a list is only stored where
/// nothing stands. So a list that was read from the database just before the change, and arrives here just after it,
/// finds the mark and is not kept. When the store cannot be reached the database answers, only slower.
struct SubjectCache: Sendable {
    static let lifetime = Duration.seconds(1_800)
    /// Longer than any reading of the list can take.
    static let markLifetime = Duration.seconds(5)
    private static let mark: [UInt8] = [0]

    let store: any KeyValueStore
    let logger: Logger

    /// The list, or nil when it is not known.
    func subjects(userID: Identifier) async -> [Subject]? {
        guard let bytes = await attempt({ try await store.get(Self.key(userID)) }) ?? nil, bytes != Self.mark,
            let list = try? JSONValue(parsing: bytes), let items = list.array
        else { return nil }
        let subjects = items.compactMap(Subject.init(json:))
        return subjects.count == items.count ? subjects : nil
    }

    func keep(_ subjects: [Subject], userID: Identifier) async {
        let bytes = JSONValue.array(subjects.map(\.json)).serialized()
        await attempt { _ = try await store.setIfAbsent(Self.key(userID), bytes, ttl: Self.lifetime) }
    }

    /// To be called after every change of a user's subjects, or of how many lectures they have.
    func invalidate(userID: Identifier) async {
        await attempt { try await store.set(Self.key(userID), Self.mark, ttl: Self.markLifetime) }
    }

    private static func key(_ userID: Identifier) -> String { "user:\(userID):subjects" }

    @discardableResult
    private func attempt<Result>(_ body: () async throws -> Result) async -> Result? {
        do {
            return try await body()
        } catch {
            logger.warning("the cache of subjects cannot be used", [("error", "\(error)")])
            return nil
        }
    }
}
