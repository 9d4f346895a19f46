import HTTPServer
import Jobs
import Logs
import Platform
import SQL
import ServiceKit

/// The parts of the service, put together once at start.
struct NotifyHouse: Sendable {
    let database: any SQLDatabase
    let jobs: JobQueue
    let templates: TemplateShelf
    let desk: NotificationDesk
    private let incidents: IncidentOffice

    private let time: any TimeSource

    /// - Parameter database: With ``migrations`` applied.
    /// - Throws: `TemplateError` when a template is wrong, `ClassificationError` when the built-in examples are.
    init(_ settings: NotifySettings, foundation: ServiceFoundation, database: any SQLDatabase) async throws {
        self.database = database
        time = foundation.time
        jobs = JobQueue(
            database: database, time: time, logger: foundation.logger.named("jobs"), metrics: foundation.metrics)
        templates = TemplateShelf(folder: settings.templatesFolder)
        try await templates.reload()
        desk = NotificationDesk(templates: templates, jobs: jobs, brand: settings.brand, time: time)
        incidents = try IncidentOffice(
            settings.incidents, modelFolder: settings.modelFolder, database: database, jobs: jobs,
            notifications: desk, foundation: foundation)
    }

    /// The tables of the service and of the modules it uses.
    static let migrations = [
        JobQueue.migrations,
        MigrationSet(
            namespace: "notify",
            scripts: [
                (
                    name: "notifications",
                    script: String(decoding: PackageResources._001_notifications_sql, as: UTF8.self)
                ),
                IncidentOffice.migration,
            ]),
    ]

    /// Names the handlers.
    func registerJobs() async throws {
        try await incidents.registerJobs()
    }

    func app(tokens: any TokenAuthority) -> ServiceApp {
        var app = ServiceApp(api: api(), tokens: tokens)
        app.background = incidents.background + [jobs]
        app.middleware = [NotificationRefusalMiddleware()]
        app.readiness = [
            ReadinessCheck("database") { [database] in
                _ = try await database.read { try $0.first("SELECT 1 AS one") }
            }
        ]
        app.idempotency = IdempotencyStore(database: database, time: time)
        app.close = { [database] in await database.close() }
        return app
    }

    private func api() -> API {
        var api = API()
        NotificationInternalRoutes(database: database, desk: desk).add(to: &api)
        incidents.addRoutes(to: &api)
        return api
    }
}
