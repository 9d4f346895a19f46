import Foundation
import Platform

@testable import Embeddings

/// Where the model is: `MODEL_DIR`, else `var/models/…` of the working folder. `make test` puts it there.
enum ModelFolder {
    static let path: String =
        ProcessInfo.processInfo.environment["MODEL_DIR"]
        ?? FileManager.default.currentDirectoryPath + "/var/models/all-MiniLM-L6-v2"

    static var isThere: Bool { FileManager.default.isReadableFile(atPath: path + "/model.safetensors") }
}
