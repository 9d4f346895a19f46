import JSONCoding
import Platform

/// A subject that a user files lectures under.
struct Subject: Sendable, Hashable {
    var id: Identifier
    var name: String
    /// `#rrggbb`, `#rgb`, or the name of a colour; for the client to show, nothing here depends on it.
    var color: String
    var lectureCount: Int
    var createdAt: Timestamp
    var updatedAt: Timestamp

    static let nameLengthMax = 200
    static let colorLengthMax = 32
    static let colorDefault = "#4f46e5"
}

extension Subject {
    var json: JSONValue {
        [
            "id": .identifier(id), "name": .string(name), "color": .string(color),
            "lecture_count": .integer(Int64(lectureCount)), "created_at": .timestamp(createdAt),
            "updated_at": .timestamp(updatedAt),
        ]
    }

    /// Reads what ``json`` wrote; nil for anything else, such as a cached value of another version of the program.
    init?(json: JSONValue) {
        guard let id = json["id"]?.string.flatMap({ Identifier($0) }), let name = json["name"]?.string,
            let color = json["color"]?.string, let count = json["lecture_count"]?.integer,
            let createdAt = json["created_at"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
            let updatedAt = json["updated_at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            id: id, name: name, color: color, lectureCount: Int(count), createdAt: createdAt, updatedAt: updatedAt)
    }
}
