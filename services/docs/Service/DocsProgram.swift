package import Contracts
import LanguageModels
import Logs
package import ServiceKit
package import Settings
import Typesetting

/// The docs service: documents made for people, and for the other services.
package enum DocsProgram: ServiceProgram {
    package static let name = ServiceName.docs

    package static func configuration(from reader: inout SettingsReader) -> SummarySettings {
        SummarySettings(from: &reader)
    }

    package static func assemble(
        _ settings: SummarySettings, on foundation: ServiceFoundation
    ) async throws -> ServiceApp {
        var api = API()
        SummaryRoutes(desk: SummaryDesk(settings, on: foundation)).add(to: &api)
        var limits = DocumentLimits()
        // The words of the longest conversation, and as much again for who said them, times, summary and metadata.
        limits.textBytesMax = 2 * ConversationTurn.textBytesMax
        ReportRoutes(typesetter: Typesetter(limits: limits)).add(to: &api)
        return ServiceApp(api: api, tokens: PublishedKeys(foundation: foundation))
    }
}
