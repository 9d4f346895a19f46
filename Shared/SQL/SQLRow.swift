/// One row of a result: the columns' names and their values, copied out of the engine.
package struct SQLRow: Sendable, Hashable {
    /// The names as the statement gives them, in order. Shared by all rows of a result.
    package let columns: [String]
    /// As many values as columns, in the same order.
    package let values: [SQLValue]

    /// Made by stores. `values` must have as many elements as `columns`.
    package init(columns: [String], values: [SQLValue]) {
        precondition(columns.count == values.count)
        self.columns = columns
        self.values = values
    }

    /// Reads the column called `column`; `Optional` types take NULL as `nil`.
    ///
    /// Throws `.type` when there is no such column, or when its value does not fit `type`.
    package func get<T: SQLDecodable>(_ column: String, as type: T.Type = T.self) throws(SQLError) -> T {
        guard let index = columns.firstIndex(of: column) else {
            throw SQLError(.type, "the result has no column \(column); it has \(columns.joined(separator: ", "))")
        }
        return try decode(index)
    }

    /// Reads the column at `index`, counted from 0, as `get(_:as:)` does.
    package func get<T: SQLDecodable>(at index: Int, as type: T.Type = T.self) throws(SQLError) -> T {
        guard values.indices.contains(index) else {
            throw SQLError(.type, "the result has \(values.count) columns, none at \(index)")
        }
        return try decode(index)
    }

    private func decode<T: SQLDecodable>(_ index: Int) throws(SQLError) -> T {
        guard let value = T.decode(values[index]) else {
            throw SQLError(.type, "column \(columns[index]) holds \(values[index].kind), which is no \(T.self)")
        }
        return value
    }
}
