/// The items of a query, or of an `application/x-www-form-urlencoded` body: `a=1&b=2`, percent-decoded, plus for space.
package struct QueryItems: Sendable {
    /// In the order received; a name may occur several times.
    package private(set) var items: [(name: String, value: String)] = []
    /// Whether some item was not percent-encoded UTF-8. Such items are left out, so that nothing decides on a guess.
    package private(set) var isMalformed = false

    /// Reads a query without its question mark. Never fails; see `isMalformed`.
    package init(parsing text: some StringProtocol) {
        for part in text.utf8.split(separator: ASCII.ampersand) {
            let equals = part.firstIndex(of: ASCII.equals) ?? part.endIndex
            let value = equals == part.endIndex ? part[equals...] : part[part.index(after: equals)...]
            if let name = Self.decode(part[..<equals]), let value = Self.decode(value) {
                items.append((name: name, value: value))
            } else {
                isMalformed = true
            }
        }
    }

    /// The first value with the name; names are compared exactly.
    package func first(_ name: String) -> String? {
        for item in items where item.name == name { return item.value }
        return nil
    }

    /// Every value with the name, in order.
    package func all(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }

    package subscript(name: String) -> String? { first(name) }

    package var isEmpty: Bool { items.isEmpty }

    private static func decode(_ text: some Collection<UInt8>) -> String? {
        guard let bytes = PercentCoding.decodeBytes(text, plusIsSpace: true) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
