import JSONCoding
import Tokens

/// What requests and answers of auth look like: checked on the way in, shown in the OpenAPI document.
enum AuthSchemas {
    /// Longest texts that are looked at. What is acceptable is decided by the rules behind, which say more.
    static let nameMax = 320
    static let passwordMax = 1_024

    static let password = JSONSchema.string(minLength: 1, maxLength: passwordMax)
    static let role = JSONSchema.string(allowed: Role.allCases.map(\.rawValue))

    static let registration = JSONSchema.object(
        [
            ("username", .string(minLength: 1, maxLength: nameMax).example("ada")),
            ("email", .string(minLength: 1, maxLength: nameMax).example("ada@example.org")),
            ("password", password.described("8 to 128 characters, not easy to guess").example("vellum otter canal 37")),
        ], required: ["username", "email", "password"])

    static let login = JSONSchema.object(
        [
            ("username", .string(minLength: 1, maxLength: nameMax).described("Name or email address").example("ada")),
            ("password", password.example("vellum otter canal 37")),
        ], required: ["username", "password"])

    static let refresh = JSONSchema.object([("refresh_token", .string(minLength: 1))], required: ["refresh_token"])
    static let logout = JSONSchema.object([("refresh_token", .nullable(.string()))])

    static let profile = JSONSchema.object([
        ("username", .string(minLength: 1, maxLength: nameMax)), ("email", .string(minLength: 1, maxLength: nameMax)),
    ])

    static let passwordChange = JSONSchema.object(
        [("current_password", password), ("new_password", password)],
        required: ["current_password", "new_password"])

    static let userChange = JSONSchema.object([("role", role), ("disabled", .boolean)])

    static let user = JSONSchema.object(
        [
            ("id", .identifier), ("username", .string()), ("email", .string()), ("role", role), ("disabled", .boolean),
            ("created_at", .timestamp), ("last_login", .nullable(.timestamp)),
        ], required: ["id", "username", "email", "role", "disabled", "created_at", "last_login"])

    static let signedIn = JSONSchema.object(
        [
            ("access_token", .string()), ("refresh_token", .string()), ("token_type", .string(allowed: ["Bearer"])),
            ("expires_in", .integer(min: 1).described("Seconds until the access token expires")), ("user", user),
        ], required: ["access_token", "refresh_token", "token_type", "expires_in", "user"])

    static let session = JSONSchema.object(
        [
            ("id", .identifier), ("user_agent", .string()), ("ip_address", .string()), ("created_at", .timestamp),
            ("last_used_at", .timestamp), ("expires_at", .timestamp),
            ("current", .boolean.described("Whether this is the session of the token the request came with")),
        ],
        required: ["id", "user_agent", "ip_address", "created_at", "last_used_at", "expires_at", "current"])

    static let ticket = JSONSchema.object(
        [("ticket", .string()), ("expires_in", .integer(min: 1))], required: ["ticket", "expires_in"])

    static let keySet = JSONSchema.object([("keys", .array(of: .object([])))], required: ["keys"])
}
