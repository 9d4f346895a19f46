/// One turn of a conversation between somebody who helps and somebody who is helped.
package struct DialogueTurn: Sendable, Hashable {
    package enum Role: Sendable, Hashable { case agent, customer }

    package var role: Role
    package var text: String
    /// Seconds from the beginning.
    package var atSeconds: Double

    package init(role: Role, text: String, atSeconds: Double) {
        self.role = role
        self.text = text
        self.atSeconds = atSeconds
    }
}
