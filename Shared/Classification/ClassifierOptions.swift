/// How an `ExampleClassifier` judges. The defaults were chosen by cross-validation on examples of our own.
package struct ClassifierOptions: Sendable, Hashable {
    /// How much of the similarity is in the words; the rest is in the meaning. 1 without an embedder.
    package var lexicalShare = 0.3
    /// How fast similarity of meaning falls with distance: exp(focus × (cosine − 1)).
    package var focus = 2.0
    /// Larger values trust single examples less.
    package var regularisation = 0.3

    package init() {}
}
