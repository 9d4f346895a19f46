import Crypto
import JSONCoding
import Platform
import SQL
import Tokens

extension Accounts {
    /// Makes an account and signs it in. The first account of an installation is an administrator's.
    ///
    /// - Parameters:
    ///   - username: nil, as the other two, when the request had none; then `problems` says so.
    ///   - problems: What is known to be wrong already; named together with what is found here.
    /// - Throws: `.registrationClosed`, `.invalid` with every bad field, `.taken`; `CryptoError.busy` when too many
    ///   passwords are waiting.
    func register(
        username: String?, email: String?, password: String?, problems: [FieldProblem] = [], from origin: ClientOrigin
    ) async throws -> SignedIn {
        guard settings.registration == .open else { throw AccountError.registrationClosed }
        var problems = problems
        let name = username.flatMap { text in
            collect("username", into: &problems) { () throws(FieldRefusal) in try Username(text) }
        }
        let address = email.flatMap { text in
            collect("email", into: &problems) { () throws(FieldRefusal) in try EmailAddress(text) }
        }
        if let password {
            try await checkPassword(password, field: "password", username: name, email: address, into: &problems)
        }
        guard let name, let address, let password, problems.isEmpty else { throw AccountError.invalid(problems) }
        // Before the costly hash, and again in the transaction, where it counts.
        try await database.read { try Self.requireFree(name, address, except: nil, in: $0) }

        let hash = try await hasher.hash(password)
        let now = time.wall
        let (user, session) = try await database.write { [self] connection in
            try Self.requireFree(name, address, except: nil, in: connection)
            let user = User(
                id: .make(at: now), username: name, email: address,
                role: try connection.users.isEmpty() ? .admin : .student, createdAt: now)
            try connection.users.insert(user, passwordHash: hash)
            let session = try openSession(for: user, from: origin, at: now, in: connection)
            try connection.audit.append(
                SecurityEvent(
                    kind: .registered, userID: user.id, sessionID: session.id,
                    detail: ["role": .string(user.role.rawValue)]),
                from: origin, at: now)
            return (user, session)
        }
        return try signedIn(user, session: session.id, session.token)
    }

    /// Throws `.taken`, naming each field that another account than `id` has.
    static func requireFree(
        _ username: Username, _ email: EmailAddress, except id: Identifier?, in connection: any SQLConnection
    ) throws {
        var problems: [FieldProblem] = []
        if try connection.users.isTaken(username, except: id) {
            problems.append(FieldProblem(field: "username", message: "is taken"))
        }
        if try connection.users.isTaken(email, except: id) {
            problems.append(FieldProblem(field: "email", message: "is taken"))
        }
        guard problems.isEmpty else { throw AccountError.taken(problems) }
    }
}
