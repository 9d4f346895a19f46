/// A JSON value (RFC 8259). Objects keep the order of their members.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// The member `key` of an object; nil for other values and unknown members.
    package subscript(key: String) -> JSONValue? {
        if case .object(let object) = self { object[key] } else { nil }
    }

    /// The element `index` of an array; nil for other values and out of bounds.
    package subscript(index: Int) -> JSONValue? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }

    package var isNull: Bool { self == .null }
    package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    package var object: JSONObject? { if case .object(let object) = self { object } else { nil } }

    /// The value as a whole number, also when it was written as `2.0` or `2e3`.
    package var integer: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The value as a floating-point number, whole numbers included.
    package var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral members: (String, JSONValue)...) { self = .object(JSONObject(members)) }
}

/// The members of a JSON object, in order, each name once.
///
/// Names are found by a walk along the members, which for the small objects of an API is faster than hashing; the parser
/// keeps the number of members bounded.
package struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    package typealias Member = (name: String, value: JSONValue)

    private var names: [String] = []
    private var values: [JSONValue] = []

    package init() {}

    /// The last of several members of one name wins.
    package init(_ members: [(String, JSONValue)]) {
        for (name, value) in members { self[name] = value }
    }

    package init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members)
    }

    package var count: Int { names.count }
    package var isEmpty: Bool { names.isEmpty }
    package var keys: [String] { names }
    package var members: [Member] { zip(names, values).map { (name: $0, value: $1) } }

    /// The value of a member; setting nil removes it, setting a new name appends it.
    package subscript(name: String) -> JSONValue? {
        get { names.firstIndex(of: name).map { values[$0] } }
        set {
            switch (names.firstIndex(of: name), newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil):
                names.remove(at: index)
                values.remove(at: index)
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }

    /// Calls `body` for each member in order.
    package func forEach(_ body: (String, JSONValue) -> Void) {
        for index in names.indices { body(names[index], values[index]) }
    }

    /// Adds a member known not to be there yet.
    mutating func append(_ name: String, _ value: JSONValue) {
        names.append(name)
        values.append(value)
    }

    /// Whether both have the same members, in whatever order: order does not matter in JSON.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.name] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        // Members in any order must hash alike.
        hasher.combine(members.reduce(0) { $0 ^ $1.name.hashValue })
    }
}
