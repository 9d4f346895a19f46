import HTTPMessages
import JSONCoding

/// Why an account could not do what was asked for. `AccountError+Problem.swift` turns each into one answer.
enum AccountError: Error, Sendable, Hashable {
    /// Fields that are no name, no address, no good password.
    case invalid([FieldProblem])
    /// Names or addresses that somebody else has.
    case taken([FieldProblem])
    case registrationClosed
    /// No such account, or a wrong password: nobody is told which.
    case badCredentials
    /// The right password of an account that an administrator has shut.
    case disabled
    /// Too many failures; how long to wait, and how many are allowed.
    case throttled(Duration, RequestQuota)
    /// A refresh token that is unknown, expired, of an ended session, or spent.
    case badRefreshToken
    /// The password given to confirm a change is wrong.
    case wrongPassword
    /// No such user, session or key, or not the caller's.
    case notFound
    /// The change would leave nobody to administrate.
    case lastAdmin
    /// There are as many API keys as there may be.
    case tooManyKeys
}
