import JSONCoding
import Platform
import Tokens

extension User {
    /// As clients see it.
    var json: JSONValue {
        [
            "id": .identifier(id), "username": .string(username.text), "email": .string(email.text),
            "role": .string(role.rawValue), "disabled": .bool(disabledAt != nil), "created_at": .timestamp(createdAt),
            "last_login": .optional(lastLogin),
        ]
    }
}

extension Accounts.SignedIn {
    /// The answer to signing in (RFC 6749 section 5.1, with the user).
    var json: JSONValue {
        [
            "access_token": .string(accessToken), "refresh_token": .string(refreshToken.text), "token_type": "Bearer",
            "expires_in": .integer(expiresIn.components.seconds), "user": user.json,
        ]
    }
}

extension Session {
    /// As its owner sees it.
    func json(isCurrent: Bool) -> JSONValue {
        [
            "id": .identifier(id), "user_agent": .string(userAgent), "ip_address": .string(address),
            "created_at": .timestamp(createdAt), "last_used_at": .timestamp(lastUsedAt),
            "expires_at": .timestamp(expiresAt), "current": .bool(isCurrent),
        ]
    }
}
