/// What a user may do. Each role may do all that the ones before it may.
package enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    case student, staff, admin

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .student: 0
        case .staff: 1
        case .admin: 2
        }
    }
}
