import HTTPMessages
import HTTPServer
import JSONCoding
import ObjectStore
import ServiceKit

/// How a step ended that did not succeed. The text is shown to people.
enum StepFailure: Error, Sendable {
    /// Another attempt is useless.
    case permanent(String)
    /// Another attempt may help; there are five.
    case temporary(String)
    /// It is too early: again after that time, without counting an attempt.
    case wait(Duration, String)
    /// The process stops, or somebody else has the job.
    case cancelled

    /// Between two tries while a part of ours is down: short, so that the work goes on as soon as it is back.
    static let outagePause = Duration.seconds(5)

    /// What the same request would get again.
    private static let refusals: [HTTPStatus] = [.conflict, .contentTooLarge, .unprocessableContent]

    /// One line, without the full stop that the sentence around it has.
    private static func reason(of problem: Problem) -> String {
        let fields = problem.errors.prefix(3).map { "\($0.field) \($0.message)" }.joined(separator: ", ")
        let detail = problem.detail.flatMap { $0.isEmpty ? nil : $0 } ?? problem.code
        let text = fields.isEmpty ? detail : fields
        let line = String(text.prefix(300)).split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }

    /// What an error thrown in a step means.
    init(_ error: any Error, peer: String = "The service") {
        switch error {
        case let failure as StepFailure: self = failure
        case is CancellationError: self = .cancelled
        case let problem as Problem where Self.refusals.contains(problem.status):
            self = .permanent("\(peer) refuses the request: \(Self.reason(of: problem)).")
        case let problem as Problem where problem.code == PeerClient.unreachableCode:
            self = .wait(Self.outagePause, "\(peer) cannot be reached.")
        case let problem as Problem:
            self = .temporary("\(peer) cannot answer (\(problem.code)).")
        case let failure as ObjectStoreError where failure.code == .denied:
            self = .permanent("The object store refuses access.")
        case let failure as ObjectStoreError where failure.code == .unavailable:
            self = .wait(Self.outagePause, "The object store cannot be reached.")
        case let failure as ObjectStoreError:
            self = .temporary("The object store cannot do it: \(failure.message).")
        default: self = .temporary("Something went wrong on our side.")
        }
    }
}
