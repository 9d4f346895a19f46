import JSONCoding

/// Why an order is not taken.
enum NotificationRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// Every bad field at once.
    case invalid([FieldProblem])
    /// The key was used with another order.
    case keyReused

    var description: String {
        switch self {
        case .invalid(let problems): problems.map { "\($0.field): \($0.message)" }.joined(separator: "; ")
        case .keyReused: "this idempotency key was used with another order"
        }
    }
}
