/// Header or trailer fields: ordered, a name may occur several times, names are compared without case.
package struct HTTPFields: Sendable, Hashable {
    /// One field line.
    package struct Field: Sendable, Hashable {
        package let name: HTTPFieldName
        package var value: String

        package init(name: HTTPFieldName, value: String) {
            self.name = name
            self.value = value
        }
    }

    private var lines: [Field]

    package init() {
        lines = []
    }

    package init(_ lines: [Field]) {
        self.lines = lines
    }

    /// The first value with the name.
    package func first(_ name: HTTPFieldName) -> String? {
        for line in lines where line.name == name { return line.value }
        return nil
    }

    /// Every value with the name, in order.
    package func all(_ name: HTTPFieldName) -> [String] {
        lines.filter { $0.name == name }.map(\.value)
    }

    package func contains(_ name: HTTPFieldName) -> Bool {
        lines.contains { $0.name == name }
    }

    /// Adds a line after those that are there, whatever their names.
    package mutating func append(_ name: HTTPFieldName, _ value: String) {
        lines.append(Field(name: name, value: value))
    }

    package mutating func append(contentsOf other: HTTPFields) {
        lines.append(contentsOf: other.lines)
    }

    /// Replaces all lines with the name by one, at the place of the first.
    package mutating func set(_ name: HTTPFieldName, _ value: String) {
        guard let index = lines.firstIndex(where: { $0.name == name }) else { return append(name, value) }
        lines[index] = Field(name: name, value: value)
        var after = index + 1
        while after < lines.count {
            if lines[after].name == name { lines.remove(at: after) } else { after += 1 }
        }
    }

    /// Removes all lines with the name.
    package mutating func remove(_ name: HTTPFieldName) {
        lines.removeAll { $0.name == name }
    }

    package mutating func reserveCapacity(_ count: Int) {
        lines.reserveCapacity(count)
    }

    /// Reads the first value; setting replaces all lines with the name, `nil` removes them.
    package subscript(name: HTTPFieldName) -> String? {
        get { first(name) }
        set {
            if let newValue { set(name, newValue) } else { remove(name) }
        }
    }

    /// The members of a comma-separated field (RFC 9110 section 5.6.1), over all its lines, without blanks and without
    /// empty members. Not for fields whose members may contain quoted commas.
    package func members(_ name: HTTPFieldName) -> [Substring] {
        var members: [Substring] = []
        for line in lines where line.name == name {
            for part in line.value.split(separator: ",") {
                let member = part.trimmingBlanks
                if !member.isEmpty { members.append(member) }
            }
        }
        return members
    }

    /// Whether a comma-separated field has the given member, in any case: `Connection: keep-alive, Upgrade`.
    package func contains(_ name: HTTPFieldName, member: StaticString) -> Bool {
        for line in lines where line.name == name {
            var value = line.value
            let found = value.withUTF8 { utf8 in
                let bytes = UnsafeRawBufferPointer(utf8)
                var start = 0
                while start <= bytes.count {
                    var end = start
                    while end < bytes.count, bytes[end] != ASCII.comma { end += 1 }
                    let part = ASCII.trimmed(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                    if ASCII.equals(part, lowercase: member) { return true }
                    start = end + 1
                }
                return false
            }
            if found { return true }
        }
        return false
    }
}

extension HTTPFields: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { lines.count }
    package subscript(position: Int) -> Field { lines[position] }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (HTTPFieldName, String)...) {
        lines = elements.map { Field(name: $0.0, value: $0.1) }
    }
}
