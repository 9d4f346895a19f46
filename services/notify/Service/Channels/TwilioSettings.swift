package import Settings

/// The settings of SMS and WhatsApp; without credentials both are in outbox mode.
package struct TwilioSettings: Sendable {
    package var baseURL: String
    package var accountSID: String
    package var authToken: Secret?
    package var apiKeySID: String
    package var apiKeySecret: Secret?
    package var fromNumber: String
    package var messagingServiceSID: String
    package var whatsAppNumber: String
    /// Content SIDs by the names of templates.
    package var whatsAppTemplates: [String: String]

    init(from reader: inout SettingsReader) {
        func identifier(_ variable: String, _ help: String) -> String {
            reader.value(
                variable, default: "", defaultText: "", allowed: "letters and digits, at most 64", help: help
            ) { text in
                text.utf8.count <= 64 && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } ? text : nil
            }
        }
        func number(_ variable: String, _ help: String) -> String {
            reader.value(
                variable, default: "", defaultText: "", allowed: "a number in E.164 form such as +15005550001",
                help: help
            ) { PhoneNumber($0) == nil ? nil : $0 }
        }
        baseURL = reader.baseURL(
            "TWILIO_BASE_URL", default: "https://api.twilio.com", help: "Twilio's REST interface.")
        accountSID = identifier(
            "TWILIO_ACCOUNT_SID", "The account at Twilio; empty to write SMS and WhatsApp to the outbox folder.")
        authToken = reader.secret(
            "TWILIO_AUTH_TOKEN", help: "The account's token: for calls, and for the signatures of reports.")
        apiKeySID = identifier("TWILIO_API_KEY_SID", "An API key for calls instead of the token; empty for none.")
        apiKeySecret = reader.secret("TWILIO_API_KEY_SECRET", help: "Its secret.")
        fromNumber = number("TWILIO_FROM_NUMBER", "The number that SMS are from.")
        messagingServiceSID = identifier(
            "TWILIO_MESSAGING_SERVICE_SID", "A messaging service instead of the number; empty for none.")
        whatsAppNumber = number("TWILIO_WHATSAPP_NUMBER", "The number that WhatsApp messages are from.")
        whatsAppTemplates = reader.value(
            "TWILIO_WHATSAPP_TEMPLATES", default: [:], defaultText: "",
            allowed: "names of templates with content SIDs, such as incident_created=HX and 32 hexadecimal digits",
            help: "Approved WhatsApp templates in place of messages' own texts, separated by commas; empty for none.",
            parse: Self.contentSIDs)
        if accountSID.isEmpty != (authToken == nil) {
            reader.reject("TWILIO_ACCOUNT_SID", allowed: "must be set together with TWILIO_AUTH_TOKEN")
        }
        if apiKeySID.isEmpty != (apiKeySecret == nil) {
            reader.reject("TWILIO_API_KEY_SID", allowed: "must be set together with TWILIO_API_KEY_SECRET")
        }
    }

    /// Reads `incident_created=HX…,incident_status=HX…`; nil for anything else, and for a name that stands twice.
    static func contentSIDs(_ text: String) -> [String: String]? {
        var contents: [String: String] = [:]
        for item in text.split(separator: ",") {
            let parts = item.split(separator: "=", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
            guard parts.count == 2, !parts[0].isEmpty, contents[parts[0]] == nil,
                parts[1].wholeMatch(of: /HX[0-9a-fA-F]{32}/) != nil
            else { return nil }
            contents[parts[0]] = parts[1]
        }
        return contents
    }

    /// - Parameter publicURL: Where reports can be sent to; empty for none.
    /// - Returns: Nil without credentials.
    func account(publicURL: String) -> TwilioAccount? {
        guard !accountSID.isEmpty, let authToken else { return nil }
        return TwilioAccount(
            baseURL: baseURL, accountSID: accountSID, authToken: authToken,
            apiKey: apiKeySecret.map { (apiKeySID, $0) }, fromNumber: fromNumber,
            messagingServiceSID: messagingServiceSID, whatsAppNumber: whatsAppNumber, contentSIDs: whatsAppTemplates,
            statusCallbackURL: publicURL.isEmpty ? "" : publicURL + TwilioStatusRoutes.path)
    }
}
