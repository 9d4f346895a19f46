/// A text whose label is known.
package struct LabelledExample: Sendable, Hashable {
    package var text: String
    package var label: String
    /// Examples of one group say the same in other words. Cross-validation leaves a group out as a whole, because a
    /// paraphrase that stays would make every guess look better than it is.
    package var group: Int

    package init(text: String, label: String, group: Int) {
        self.text = text
        self.label = label
        self.group = group
    }
}
