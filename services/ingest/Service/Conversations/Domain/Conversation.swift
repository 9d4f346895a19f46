import Contracts
import HTTPMessages
import JSONCoding
import Platform
import SQL
import Tokens

/// The processing of one recorded conversation, without its words.
struct Conversation: Sendable {
    /// Where it is in its life.
    enum Status: String, Sendable, CaseIterable, SQLBindable, SQLDecodable { case processing, completed, failed }

    /// Who asked for it.
    enum Source: String, Sendable, SQLBindable, SQLDecodable { case api, webhook, reconciliation }

    /// What is done one after the other, each in a job of its own. `done` is no work: it stands for the end.
    enum Step: String, Sendable, CaseIterable, SQLBindable, SQLDecodable {
        case transcript, audio, store, summary, report, email, done

        var next: Step {
            switch self {
            case .transcript: .audio
            case .audio: .store
            case .store: .summary
            case .summary: .report
            case .report: .email
            case .email, .done: .done
            }
        }

        /// How many steps are behind it.
        var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
        static let count = allCases.count - 1
    }

    /// What a conversation normally takes; told to whoever asks for one.
    static let usualTime = Duration.seconds(300)
    private static let prefix = "proc_"

    let id: Identifier
    let accountID: String
    let conversationID: String
    /// The mailbox that gets the report.
    let emailID: String?
    let source: Source
    let status: Status
    let step: Step
    let stepStartedAt: Timestamp
    let jobID: Identifier
    let errorMessage: String?
    let providerStatus: String?
    let agentID: String?
    let agentName: String?
    let startedAt: Timestamp?
    let durationSeconds: Double?
    let hasAudio: Bool
    let notificationIDs: [Identifier]
    let createdAt: Timestamp
    let updatedAt: Timestamp
    let completedAt: Timestamp?

    var processingID: String { Self.processingID(id) }
    var estimatedCompletion: Timestamp { createdAt + Self.usualTime }

    static func processingID(_ id: Identifier) -> String { "\(prefix)\(id)" }

    /// The id within `proc_…`; nil when it is none of ours.
    static func identifier(processingID text: String) -> Identifier? {
        guard text.hasPrefix(prefix), let id = Identifier(String(text.dropFirst(prefix.count))) else { return nil }
        return processingID(id) == text ? id : nil
    }

    /// Whether a text may be the id of an account or a conversation: 1 to 128 of `A-Z a-z 0-9 . - _`, the first a letter
    /// or digit. So it can stand in an object's key, a path and a log as it is.
    static func isName(_ text: String) -> Bool {
        KeyGrant.isAccountID(text)
    }

    static let nameRule = "must be 1 to 128 of A-Z, a-z, 0-9, dot, dash and underscore, the first a letter or digit"

    /// Where the object store keeps a file of it.
    func objectKey(_ kind: ConversationFile.Kind) -> String {
        switch kind {
        case .transcript: "\(accountID)/transcripts/\(conversationID).txt"
        case .audio: "\(accountID)/audio/\(conversationID).mp3"
        case .report: "\(accountID)/reports/\(conversationID).pdf"
        }
    }
}

/// What was said, and what was made of it.
struct ConversationMaterial: Sendable {
    var turns: [ConversationTurn] = []
    /// Names and values for the report, in order.
    var metadata: [(name: String, value: String)] = []
    var summary: ConversationSummary?
    var reportGeneratedAt: Timestamp?

    /// The transcript as text: `AI: …` and `User: …` lines.
    var transcriptText: String {
        turns.map { turn in
            let words = turn.text.split(whereSeparator: \.isNewline).joined(separator: " ")
            return "\(turn.speaker == .agent ? "AI" : "User"): \(words)\n"
        }.joined()
    }
}

/// A file made from a conversation, in the object store.
struct ConversationFile: Sendable {
    enum Kind: String, Sendable, CaseIterable, SQLBindable, SQLDecodable { case transcript, audio, report }

    let kind: Kind
    let bucket: String
    let objectKey: String
    let contentType: String
    let byteCount: Int64
    let sha256: String
    let createdAt: Timestamp

    /// What a browser calls it.
    var fileName: String { String(objectKey.split(separator: "/").last ?? "file") }
}

/// Why a request about conversations cannot be met.
enum ConversationError: Error {
    case notFound
    /// A key of another account, or an account that is none.
    case accountNotFound
    /// Only failed ones can be tried again.
    case notFailed
    /// A limit of the account; free again after so many seconds.
    case limitReached(String, RequestQuota, retryAfter: Int)
    /// An agent can belong to one account only.
    case agentTaken(index: Int)
}
