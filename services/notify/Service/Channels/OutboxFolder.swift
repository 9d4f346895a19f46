import Platform
import ServiceKit

/// Where messages go while a channel has no credentials: a file for each, so that nobody believes they were sent.
final class OutboxFolder: Sendable {
    private let path: String
    private let thread = BlockingExecutor(name: "outbox")

    init(path: String) {
        self.path = path
    }

    /// Writes a file; a second attempt for the same message writes the same file.
    func keep(_ bytes: [UInt8], name: String) async -> DeliveryOutcome {
        let path = path
        do {
            try await thread.run {
                try Folder.create(path)
                try LocalFiles.write(bytes, to: path, name: name)
            }
            return DeliveryOutcome(kind: .simulated, providerID: name)
        } catch {
            return .failure(.temporary, code: nil, "the outbox folder cannot be written (\(error))")
        }
    }
}
