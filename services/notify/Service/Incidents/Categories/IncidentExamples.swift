package import Classification

/// The labelled messages of `examples.txt`, from which the built-in classifier learns.
package enum IncidentExamples {
    /// - Throws: `ClassificationError` naming the line when the file is wrong; a test reads it.
    package static func load() throws(ClassificationError) -> ExampleSet {
        try ExampleSet(parsing: String(decoding: PackageResources.examples_txt, as: UTF8.self))
    }
}
