package import Platform

extension Timestamp: SQLBindable, SQLDecodable {
    /// Whole milliseconds since 1970.
    package var sqlValue: SQLValue { .integer(millisecondsSince1970) }

    package static func decode(_ value: SQLValue) -> Timestamp? {
        Int64.decode(value).map(Timestamp.init(millisecondsSince1970:))
    }
}

extension Identifier: SQLBindable, SQLDecodable {
    /// The lowercase text, which is what people and other services see.
    package var sqlValue: SQLValue { .text(description) }

    package static func decode(_ value: SQLValue) -> Identifier? {
        String.decode(value).flatMap { Identifier($0) }
    }
}
