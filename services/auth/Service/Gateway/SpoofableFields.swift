import HTTPMessages

/// Request fields that only the gateway may set, or that change what a request means behind it.
enum SpoofableFields {
    /// `fields` without them.
    static func removed(from fields: HTTPFields) -> HTTPFields {
        guard fields.contains(where: { isSpoofable($0.name) }) else { return fields }
        return HTTPFields(fields.filter { !isSpoofable($0.name) })
    }

    private static let names: Set<String> = [
        "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "x-original-url", "x-rewrite-url",
        "x-original-host", "x-host", "x-http-method", "x-http-method-override", "x-method-override", "x-user-id",
        "x-user-role", "x-remote-user", "x-original-method", "x-account-id", "x-key-id",
        // Has become an access token here; nobody behind needs the key itself.
        "x-api-key",
    ]
    private static let prefixes = ["x-forwarded", "x-internal", "x-lectern", "x-auth-", "x-authenticated"]

    private static func isSpoofable(_ name: HTTPFieldName) -> Bool {
        if name == .forwarded { return true }
        guard let first = name.text.utf8.first, first | 0x20 == UInt8(ascii: "x") || first | 0x20 == UInt8(ascii: "t"),
            name != .xRequestID
        else { return false }
        let text = name.text.lowercased()
        return names.contains(text) || prefixes.contains(where: text.hasPrefix)
    }
}
