package import Contracts
package import ServiceKit
package import Settings

/// The docs service. Its features (generated documents, quizzes, flashcards, share links) are not there yet: it answers
/// health, readiness, metrics and its OpenAPI document, and 404 for everything else.
package enum DocsProgram: ServiceProgram {
    package static let name = ServiceName.docs

    package static func configuration(from reader: inout SettingsReader) {}

    package static func assemble(_ configuration: Void, on foundation: ServiceFoundation) async throws -> ServiceApp {
        ServiceApp(api: API(), tokens: PublishedKeys(foundation: foundation))
    }
}
