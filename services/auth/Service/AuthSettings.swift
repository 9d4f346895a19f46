import Platform
package import Settings

/// The settings of auth beyond those that every service has (`BasicSettings`).
package struct AuthSettings: Sendable {
    /// Who may make an account.
    package enum Registration: String, Sendable, CaseIterable { case open, closed }

    package var registration = Registration.open
    package var accessTokenLifetime = Duration.seconds(900)
    package var refreshTokenLifetime = Duration.seconds(7 * 86_400)
    package var signingKeyRotation = Duration.seconds(90 * 86_400)
    /// bcrypt's cost. Lower only in tests.
    package var passwordCost = 12
    package var loginFailuresPerAccount = 5
    package var loginFailuresPerAddress = 20
    package var loginWindow = Duration.seconds(900)
    package var keyFailuresPerAddress = 20
    package var chatPerMinute = 10
    package var generationPerHour = 5
    package var uploadPerHour = 10
    /// Origins of other sites whose scripts may call, such as `https://app.example.org`.
    package var corsOrigins: [String] = []
    var trustedProxies = TrustedProxies()

    /// The defaults.
    package init() {}

    package init(from reader: inout SettingsReader) {
        registration = reader.choice(
            "REGISTRATION", default: Registration.open, help: "Who may make an account: anybody, or nobody.")
        accessTokenLifetime = reader.duration(
            "ACCESS_TOKEN_LIFETIME", default: accessTokenLifetime, in: .seconds(60)...(.seconds(3_600)),
            help: "How long an access token is good.")
        refreshTokenLifetime = reader.duration(
            "REFRESH_TOKEN_LIFETIME", default: refreshTokenLifetime, in: .seconds(300)...(.seconds(90 * 86_400)),
            help: "How long a sign-in lasts without being used.")
        signingKeyRotation = reader.duration(
            "SIGNING_KEY_ROTATION", default: signingKeyRotation, in: .seconds(86_400)...(.seconds(3_650 * 86_400)),
            help: "How often a new key for signing tokens is made.")
        passwordCost = reader.integer(
            "PASSWORD_COST", default: passwordCost, in: 4...16,
            help: "The logarithm of bcrypt's rounds; below 12 only in tests.")
        loginFailuresPerAccount = reader.integer(
            "LOGIN_FAILURES_PER_ACCOUNT", default: loginFailuresPerAccount, in: 1...1_000,
            help: "Wrong passwords for one account within LOGIN_WINDOW before it must wait.")
        loginFailuresPerAddress = reader.integer(
            "LOGIN_FAILURES_PER_ADDRESS", default: loginFailuresPerAddress, in: 1...1_000_000,
            help: "Wrong passwords from one address within LOGIN_WINDOW before it must wait.")
        loginWindow = reader.duration(
            "LOGIN_WINDOW", default: loginWindow, in: .seconds(1)...(.seconds(86_400)),
            help: "The time over which wrong passwords are counted.")
        keyFailuresPerAddress = reader.integer(
            "KEY_FAILURES_PER_ADDRESS", default: keyFailuresPerAddress, in: 1...1_000_000,
            help: "Wrong API keys from one address within LOGIN_WINDOW before it must wait.")
        chatPerMinute = reader.integer(
            "CHAT_PER_MINUTE", default: chatPerMinute, in: 1...1_000_000, help: "Questions per user and minute.")
        generationPerHour = reader.integer(
            "GENERATION_PER_HOUR", default: generationPerHour, in: 1...1_000_000,
            help: "Generated documents per user and hour.")
        uploadPerHour = reader.integer(
            "UPLOAD_PER_HOUR", default: uploadPerHour, in: 1...1_000_000, help: "Uploads per user and hour.")
        corsOrigins = reader.list(
            "CORS_ORIGINS",
            help: "Origins whose scripts may call, such as https://app.example.org; separated by commas.")
        for origin in corsOrigins where !Self.isOrigin(origin) {
            reader.reject("CORS_ORIGINS", allowed: "scheme://host or scheme://host:port, separated by commas")
        }
        let proxies = reader.list(
            "TRUSTED_PROXIES",
            help: "Addresses or ranges (10.0.0.0/8) of proxies whose X-Forwarded-For is believed; empty for none.")
        trustedProxies.ranges = proxies.compactMap { IPRange($0) }
        if trustedProxies.ranges.count != proxies.count {
            reader.reject("TRUSTED_PROXIES", allowed: "addresses or ranges such as 10.0.0.0/8, separated by commas")
        }
    }

    var accountThrottle: LoginThrottle { LoginThrottle(failuresMax: loginFailuresPerAccount, window: loginWindow) }
    var networkThrottle: LoginThrottle {
        LoginThrottle(name: "login-network", failuresMax: loginFailuresPerAddress, window: loginWindow)
    }

    /// An origin as browsers send it (RFC 6454 section 6.1): scheme, host and port, nothing else.
    private static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
        let host = text.dropFirst(scheme.count)
        return !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#@,\"'<>\\*".utf8.contains($0) }
    }
}
