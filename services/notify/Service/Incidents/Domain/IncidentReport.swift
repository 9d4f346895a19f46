import Crypto
import JSONCoding
import Mail
import PhoneNumbers

/// What a customer reported, checked.
struct IncidentReport: Sendable, Hashable {
    static let customerLengthMax = 100
    static let messageLengthMax = 5_000

    let customerID: String
    let channel: IncidentChannel
    /// Without white space at its ends.
    let message: String
    let email: String?
    /// In E.164.
    let phone: String?

    /// Reads a request's body.
    ///
    /// - Parameter region: The country of telephone numbers without a country code; nil when they must have one.
    /// - Throws: `InvalidFields` naming every bad field at once.
    init(json: JSONValue, region: String?) throws(InvalidFields) {
        var reader = FieldReader(json)
        let customerID = reader.required("customer_id", lengthMax: Self.customerLengthMax) { text in
            text.unicodeScalars.contains(where: Self.isControl) ? "must have no control characters" : nil
        }
        let channelName = reader.required("channel", lengthMax: 40) { name in
            Self.channel(name) == nil
                ? "must be one of \(IncidentChannel.allCases.map(\.rawValue).joined(separator: ", "))" : nil
        }
        let message = reader.required("message", lengthMax: Self.messageLengthMax) { text in
            // What a column of text cannot hold everywhere.
            text.unicodeScalars.contains("\0") ? "must have no NUL characters" : nil
        }
        var email: String?
        if let text = reader.optional("email") {
            do throws(MailError) {
                email = try MailAddress(text).address
            } catch {
                reader.refuse(
                    "email", "must be an address such as name@example.org, of at most \(MailAddress.bytesMax) bytes")
            }
        }
        var phone: String?
        if let text = reader.optional("phone") {
            do throws(PhoneNumberError) {
                phone = try E164Number(text, region: region).text
            } catch {
                reader.refuse("phone", error.message)
            }
        }
        guard reader.problems.isEmpty, let customerID, let message, let channel = channelName.flatMap(Self.channel)
        else { throw InvalidFields(problems: reader.problems) }
        self.customerID = customerID
        self.channel = channel
        self.message = message
        self.email = email
        self.phone = phone
    }

    /// What is the same for the same message of the same customer. Upper and lower case and spaces make no difference.
    func digest(accountID: String?) -> [UInt8] {
        let words = message.lowercased().split { $0.isWhitespace }.joined(separator: " ")
        // Lengths keep the parts apart, whatever they hold.
        let parts = [accountID.map { "account \($0)" } ?? "none", customerID, words]
        return SHA256.digest(of: parts.map { "\($0.utf8.count):\($0)" }.joined().utf8)
    }

    private static func channel(_ name: String) -> IncidentChannel? {
        IncidentChannel(rawValue: name.lowercased())
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }
}

/// Every bad field of a request.
struct InvalidFields: Error, Sendable, Hashable {
    let problems: [FieldProblem]
}

/// Reads text fields of a request and gathers what is wrong with them.
struct FieldReader {
    private let json: JSONValue
    private(set) var problems: [FieldProblem] = []

    init(_ json: JSONValue) {
        self.json = json
        if json.object == nil { problems.append(FieldProblem(field: "", message: "must be an object")) }
    }

    mutating func refuse(_ field: String, _ message: String) {
        problems.append(FieldProblem(field: field, message: message))
    }

    /// The text of a field without white space at its ends; nil when it is missing, null or empty.
    mutating func optional(_ field: String) -> String? {
        guard let value = json[field], !value.isNull else { return nil }
        guard let text = value.string else {
            refuse(field, "must be a string")
            return nil
        }
        let trimmed = Self.trimmed(text)
        return trimmed.isEmpty ? nil : trimmed
    }

    /// The text of a field that must be there, with 1 to `lengthMax` characters.
    ///
    /// - Parameter check: What else is wrong with it.
    mutating func required(_ field: String, lengthMax: Int, check: (String) -> String? = { _ in nil }) -> String? {
        let count = problems.count
        guard let text = optional(field) else {
            if problems.count == count { refuse(field, "is required") }
            return nil
        }
        guard text.unicodeScalars.count <= lengthMax else {
            refuse(field, "must have at most \(lengthMax) characters")
            return nil
        }
        if let message = check(text) {
            refuse(field, message)
            return nil
        }
        return text
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
