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
    private let delivery: DeliveryOffice
    private let time: any TimeSource

    /// - Parameter database: With ``migrations`` applied.
    /// - Throws: `TemplateError` when a template is wrong, `ClassificationError` when the built-in examples are.
    init(_ settings: NotifySettings, foundation: ServiceFoundation, database: any SQLDatabase) async throws {
        self.database = database
        time = foundation.time
        jobs = JobQueue(
            database: database, time: time, logger: foundation.logger.named("jobs"), metrics: foundation.metrics,
            options: Self.jobOptions)
        templates = TemplateShelf(folder: settings.templatesFolder)
        try await templates.reload()
        desk = NotificationDesk(templates: templates, jobs: jobs, brand: settings.brand, time: time)
        incidents = try IncidentOffice(
            settings.incidents, modelFolder: settings.modelFolder, database: database, jobs: jobs,
            notifications: desk, foundation: foundation)
        delivery = try DeliveryOffice(
            settings, desk: desk, jobs: jobs, database: database, foundation: foundation)
    }

    private static var jobOptions: JobQueueOptions {
        var options = JobQueueOptions()
        // A message that was handed over should get its reply before the process goes.
        options.drainDeadline = .seconds(25)
        return options
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
                (
                    name: "machine_clock",
                    script: String(decoding: PackageResources._003_machine_clock_sql, as: UTF8.self)
                ),
            ]),
    ]

    /// Names the handlers of jobs.
    func registerJobs() async throws {
        try await delivery.registerJobs()
        incidents.registerJobs()
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
        app.close = { [database, delivery] in
            await delivery.close()
            await database.close()
        }
        return app
    }

    private func api() -> API {
        var api = API()
        let reader = OrderReader(desk: desk)
        NotificationInternalRoutes(database: database, desk: desk, reader: reader).add(to: &api)
        NotificationRoutes(database: database, desk: desk, reader: reader).add(to: &api)
        TemplateRoutes(templates: templates, brand: desk.brand).add(to: &api)
        delivery.addRoutes(to: &api)
        incidents.addRoutes(to: &api)
        return api
    }
}
