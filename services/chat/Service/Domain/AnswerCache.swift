import Crypto
import JSONCoding
import KeyValue
import LanguageModels
import Logs
import Platform

/// Answers given before, under `query:{hash}`. The hash covers the user, the scope, the content version, the engine and model,
/// the prompt, the conversation as far as it matters and the question, so that nothing stale or foreign is ever served.
struct AnswerCache: Sendable {
    static let timeToLive = Duration.seconds(1_800)

    /// What is kept of an answer.
    struct Entry: Sendable, Hashable {
        var text: String
        var citations: [Citation]
        var isFound: Bool
        var finishReason: String
    }

    let store: any KeyValueStore
    let logger: Logger

    static func key(_ plan: AnswerPlan, engine: String, model: String, promptVersion: Int) -> String {
        let conversation = plan.conversation.flatMap { [$0.role.rawValue, $0.content] }
        let parts =
            [
                plan.userID.description, plan.scope, plan.contentVersion, engine, model, String(promptVersion),
                PassageSentence.normalised(plan.question),
            ] + conversation
        // Each part with its length before it, so that no two lists of parts give the same bytes.
        let bytes = parts.flatMap { Array("\($0.utf8.count):".utf8) + Array($0.utf8) }
        return "query:" + Hex.encode(SHA256.digest(of: bytes))
    }

    /// A cache that cannot be reached is as good as empty.
    func find(_ key: String) async -> Entry? {
        do {
            guard let bytes = try await store.get(key) else { return nil }
            return Entry(json: try JSONValue(parsing: bytes))
        } catch {
            logger.warning("the answer cache cannot be read", [("error", "\(error)")])
            return nil
        }
    }

    func keep(_ entry: Entry, under key: String) async {
        do {
            try await store.set(key, entry.json.serialized(), ttl: Self.timeToLive)
        } catch {
            logger.warning("the answer cache cannot be written", [("error", "\(error)")])
        }
    }
}

extension AnswerCache.Entry {
    var json: JSONValue {
        [
            "text": .string(text), "citations": .array(citations.map(\.json)), "found": .bool(isFound),
            "finish_reason": .string(finishReason),
        ]
    }

    init?(json: JSONValue) {
        guard let text = json["text"]?.string, let list = json["citations"]?.array, let isFound = json["found"]?.bool,
            let finishReason = json["finish_reason"]?.string
        else { return nil }
        self.init(
            text: text, citations: list.compactMap { Citation(json: $0) }, isFound: isFound, finishReason: finishReason)
    }
}
