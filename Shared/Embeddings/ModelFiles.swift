import Glibc

/// The files that make up the embedding model.
package enum ModelFiles {
    private static let names = ["model.safetensors", "vocab.txt"]

    /// Whether all of them can be read in `folder`. Whether they are sound shows when they are loaded.
    package static func areComplete(in folder: String) -> Bool {
        names.allSatisfy { access("\(folder)/\($0)", R_OK) == 0 }
    }
}
