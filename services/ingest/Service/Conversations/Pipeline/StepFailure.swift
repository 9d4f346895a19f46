import HTTPMessages
import HTTPServer
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

    /// What an error thrown in a step means.
    init(_ error: any Error, peer: String = "The service") {
        switch error {
        case let failure as StepFailure: self = failure
        case is CancellationError: self = .cancelled
        case let problem as Problem where problem.status == .unprocessableContent || problem.status == .conflict:
            self = .permanent("\(peer) refuses the request: \(problem.detail ?? problem.code).")
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
