/// What was said in a conversation, in its own words.
package struct DialogueSummary: Sendable, Hashable {
    /// Words of one turn.
    package struct Quote: Sendable, Hashable {
        /// Stands word for word in the turn; only white space is made uniform.
        package var text: String
        /// The turn's number, from 0.
        package var turn: Int
        package var role: DialogueTurn.Role
        package var atSeconds: Double

        package init(text: String, turn: Int, role: DialogueTurn.Role, atSeconds: Double) {
            self.text = text
            self.turn = turn
            self.role = role
            self.atSeconds = atSeconds
        }
    }

    /// What the customer came for; nil when the customer said nothing of substance.
    package var issue: Quote?
    /// In order of time.
    package var points: [Quote]
    /// What somebody undertook to do, or was asked to do, in order of time.
    package var commitments: [Quote]

    package init(issue: Quote?, points: [Quote], commitments: [Quote]) {
        self.issue = issue
        self.points = points
        self.commitments = commitments
    }
}
