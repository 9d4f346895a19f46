/// The values of a route's `{name}` parts, in the order of the template.
package struct PathParameters: Sendable, Hashable {
    private let names: [String]
    private let values: [String]

    package init(names: [String] = [], values: [String] = []) {
        self.names = names
        self.values = values
    }

    /// The percent-decoded value; nil for a name that the template does not have.
    package subscript(name: String) -> String? {
        zip(names, values).first { $0.0 == name }?.1
    }
}
