import Crypto
import HTTPMessages
import HTTPServer

extension AccountError {
    /// The one answer that each error has.
    var problem: Problem {
        switch self {
        case .invalid(let problems):
            .unprocessable(problems)
        case .taken(let problems):
            Problem(status: .conflict, code: "taken", detail: "Somebody else has this.", errors: problems)
        case .registrationClosed:
            .forbidden("New accounts cannot be made here.", code: "registration_closed")
        case .badCredentials:
            .unauthorized(code: "invalid_credentials", "The name or the password is wrong.")
        case .disabled:
            .forbidden("This account has been shut.", code: "account_disabled")
        case .throttled(let wait, let quota):
            .tooManyRequests(
                quota, retryAfter: wait.secondsRoundedUp, "Too many wrong passwords. Wait before the next try.",
                code: "too_many_attempts")
        case .badRefreshToken:
            .unauthorized(code: "invalid_refresh_token", "The refresh token is not good. Sign in again.")
        case .wrongPassword:
            .forbidden("The current password is wrong.", code: "wrong_password")
        case .notFound:
            .notFound()
        case .lastAdmin:
            .conflict(code: "last_admin", "Nobody would be left to administrate.")
        case .tooManyKeys:
            .conflict(code: "too_many_keys", "There are \(APIKeys.keysMax) keys. Revoke some that nobody uses.")
        }
    }
}

/// `handler` with the errors of accounts and passwords turned into their answers.
func answering(_ handler: @escaping HTTPHandler) -> HTTPHandler {
    { request in
        do {
            return try await handler(request)
        } catch let error as AccountError {
            throw error.problem
        } catch let error as CryptoError where error.code == .busy {
            throw Problem.unavailable(retryAfter: 2, "Too many passwords are being checked.")
        }
    }
}

extension Duration {
    /// Whole seconds, a begun one counted; at least 1.
    var secondsRoundedUp: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
