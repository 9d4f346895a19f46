package import Tokens

/// Who may call a route. Checked before the handler runs.
package enum Access: Sendable, Hashable {
    /// Anybody; a presented token is not looked at.
    case open
    /// Anybody; a presented token must be good, and then the caller is known.
    case visitor
    /// Any signed-in user.
    case user
    /// A signed-in user of this role or a higher one.
    case role(Role)
    /// A machine with an API key of this scope, or a signed-in user of this role or a higher one. Which account's data a
    /// key reaches is for the handler to ask (`Principal.reaches(account:)`).
    case machine(Scope, or: Role)
    /// The same with a key of any of these scopes: for reading what the holder of another scope has made.
    case machineOfAny([Scope], or: Role)
    /// Another service, with a token made for this one.
    case service
}

/// Who called: known after the access check of a route that is not `open`.
package enum Principal: Sendable, Hashable {
    case user(AccessClaims)
    /// A machine, by what its API key permits. Only behind `Access.machine`.
    case machine(KeyGrant)
    /// Another service, by its name.
    case service(String)

    /// What the caller's API key permits; nil for users and services.
    package var grant: KeyGrant? {
        guard case .machine(let grant) = self else { return nil }
        return grant
    }

    /// The account that the caller is bound to; nil for whoever is not bound to one.
    package var accountID: String? { grant?.accountID }

    /// Whether the caller may see and change what belongs to `account` (nil: to no account). Whoever may not is told that
    /// there is no such thing.
    package func reaches(account: String?) -> Bool {
        guard let accountID else { return true }
        return accountID == account
    }
}
