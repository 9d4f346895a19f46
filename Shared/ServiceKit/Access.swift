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
    /// Another service, with a token made for this one.
    case service
}

/// Who called: known after the access check of a route that is not `open`.
package enum Principal: Sendable, Hashable {
    case user(AccessClaims)
    /// Another service, by its name.
    case service(String)
}
