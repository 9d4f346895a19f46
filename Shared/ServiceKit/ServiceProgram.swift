package import Contracts
package import HTTPClient
package import Logs
package import Metrics
package import Platform
package import Settings
package import Tokens

/// One of the five programs: how its settings are read and how it is put together.
package protocol ServiceProgram {
    associatedtype Configuration: Sendable

    static var name: ServiceName { get }

    /// Reads the service's own settings. Mistakes are collected by the reader and reported together.
    static func configuration(from reader: inout SettingsReader) -> Configuration

    /// Opens stores, runs migrations, builds the routes. Runs once, before the port is opened.
    static func assemble(_ configuration: Configuration, on foundation: ServiceFoundation) async throws -> ServiceApp
}

/// What every service stands on, made by the runner.
package struct ServiceFoundation: Sendable {
    package let basics: BasicSettings
    package let logger: Logger
    package let metrics: MetricRegistry
    package let time: any TimeSource
    package let loops: EventLoopGroup
    /// For calls to other services and to the outside.
    package let client: HTTPClient
    /// Makes and checks the tokens of calls between services.
    package let serviceTokens: ServiceToken
}
