import HTTPMessages

extension HTTPClientRequest {
    /// The longest URL that is sent.
    static let urlBytesMax = 8 << 10

    /// Refuses everything that could change the meaning of the request on the wire. libcurl passes line breaks in
    /// fields, methods and URLs on as they are.
    func validate() throws(HTTPClientError) {
        try validateURL()
        guard !method.rawValue.isEmpty, method.rawValue.utf8.allSatisfy(Self.isTokenByte) else {
            throw HTTPClientError(.controlCharacter, "The method is not a token.")
        }
        for field in fields {
            let nameBytes = field.name.text.utf8
            guard !nameBytes.isEmpty, nameBytes.allSatisfy(Self.isTokenByte) else {
                throw HTTPClientError(.controlCharacter, "A field name is not a token.")
            }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw HTTPClientError(.controlCharacter, "A field value contains a control character.")
            }
        }
    }

    private func validateURL() throws(HTTPClientError) {
        let bytes = Array(url.utf8)
        guard !bytes.isEmpty, bytes.count <= Self.urlBytesMax else {
            throw HTTPClientError(.invalidRequest, "The URL is empty or too long.")
        }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw HTTPClientError(.controlCharacter, "The URL contains a character that must be percent-encoded.")
        }
        let lowercased = url.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lowercased.hasPrefix) else {
            throw HTTPClientError(.unsupportedURL, "Only http and https URLs are allowed.")
        }
        let authority = lowercased.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("@"), !authority.contains("\\") else {
            throw HTTPClientError(.unsupportedURL, "The URL needs a host and may not carry a user name.")
        }
    }

    /// RFC 9110, 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
