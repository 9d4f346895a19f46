import Contracts
import HTTPServer
import Jobs
import Logs
import Mail
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

    private let settings: NotifySettings
    private let worker: DeliveryWorker
    private let sweep: DeliverySweep
    private let smtp: SMTPClient?
    private let time: any TimeSource

    /// - Parameter database: With ``migrations`` applied.
    /// - Throws: `TemplateError` when a template is wrong, `ClassificationError` when the built-in examples are.
    init(_ settings: NotifySettings, foundation: ServiceFoundation, database: any SQLDatabase) async throws {
        self.settings = settings
        self.database = database
        let (time, logger) = (foundation.time, foundation.logger)
        self.time = time
        jobs = JobQueue(
            database: database, time: time, logger: logger.named("jobs"), metrics: foundation.metrics,
            options: Self.jobOptions)
        templates = TemplateShelf(folder: settings.templatesFolder)
        try await templates.reload()
        desk = NotificationDesk(templates: templates, jobs: jobs, brand: settings.brand, time: time)
        incidents = try IncidentOffice(
            settings.incidents, modelFolder: settings.modelFolder, database: database, jobs: jobs,
            notifications: desk, foundation: foundation)
        smtp = settings.mail.server.map { SMTPClient($0, metrics: foundation.metrics, time: time) }
        var policy = DeliveryPolicy()
        policy.attemptsMax = settings.attemptsMax
        policy.baseDelay = settings.retryDelay
        worker = DeliveryWorker(
            desk: desk, database: database,
            channels: try Self.channels(settings, smtp: smtp, foundation), policy: policy,
            quietHours: settings.quietHours, recipientPerHour: settings.recipientPerHour, time: time,
            logger: logger.named("delivery"), metrics: NotifyMetrics(registry: foundation.metrics))
        sweep = DeliverySweep(desk: desk, smtp: smtp, logger: logger.named("delivery"))
    }

    private static var jobOptions: JobQueueOptions {
        var options = JobQueueOptions()
        // A message that was handed over should get its reply before the process goes.
        options.drainDeadline = .seconds(25)
        return options
    }

    private static func channels(
        _ settings: NotifySettings, smtp: SMTPClient?, _ foundation: ServiceFoundation
    ) throws -> [NotificationChannel: any Channel] {
        let outbox = OutboxFolder(path: "\(foundation.basics.varFolder)/outbox")
        let (client, time) = (foundation.client, foundation.time)
        let account = settings.twilio.account(publicURL: settings.publicURL)
        let hasSMS = account.map { !$0.fromNumber.isEmpty || !$0.messagingServiceSID.isEmpty } ?? false
        let hasWhatsApp = account.map { !$0.whatsAppNumber.isEmpty } ?? false
        let simulated = [
            (smtp == nil, "email"), (!hasSMS, "sms"), (!hasWhatsApp, "whatsapp"),
            (settings.webhookSecret == nil, "webhook"),
        ].filter(\.0).map(\.1)
        if !simulated.isEmpty {
            foundation.logger.info(
                "channels without credentials write to the outbox folder",
                [("channels", simulated.joined(separator: ","))])
        }
        return [
            .email: EmailChannel(
                client: smtp, from: try settings.mail.sender(brand: settings.brand),
                replyTo: settings.mail.replyTo.isEmpty ? nil : try MailAddress(settings.mail.replyTo), outbox: outbox),
            .sms: TwilioChannel(
                medium: .sms, account: hasSMS ? account : nil, client: client, outbox: outbox, time: time),
            .whatsapp: TwilioChannel(
                medium: .whatsapp, account: hasWhatsApp ? account : nil, client: client, outbox: outbox, time: time),
            .webhook: WebhookChannel(
                secret: settings.webhookSecret, allowsPrivateAddresses: settings.allowsPrivateWebhooks, client: client,
                outbox: outbox, time: time),
        ]
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

    /// Names the handlers, and has the sweep run at this start and every minute.
    func registerJobs() async throws {
        var retry = RetryPolicy()
        // Attempts that the death of the process cuts off are counted with the notification; the job itself goes on.
        retry.interruptionsMax = 1_000_000
        for channel in NotificationChannel.allCases {
            let concurrency = channel == .email ? settings.mail.connections : 4
            jobs.register(
                kind: DeliveryJob.kind(for: channel),
                options: JobKindOptions(concurrency: concurrency, retry: retry, timeLimit: .seconds(300))
            ) { [worker] in try await worker.run($0) }
        }
        jobs.register(kind: DeliverySweep.jobKind, options: JobKindOptions(concurrency: 1)) { [sweep] in
            try await sweep.run($0)
        }
        let kinds = Set(NotificationChannel.allCases.map(DeliveryJob.kind))
        jobs.onProgress { [jobs] event in
            guard event.state == .failed, kinds.contains(event.kind) else { return }
            // Belongs to nobody, because listeners must return at once; ends with its one write, and when that fails the
            // sweep that runs every minute does the same.
            Task { try? await jobs.enqueue(NewJob(kind: DeliverySweep.jobKind, uniqueKey: "failure")) }
        }
        jobs.schedule(
            JobSchedule(
                name: "sweep_notifications", rule: .every(DeliverySweep.interval), kind: DeliverySweep.jobKind))
        try await jobs.enqueue(NewJob(kind: DeliverySweep.jobKind, uniqueKey: "start"))
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
        app.close = { [database, smtp] in
            await smtp?.shutdown()
            await database.close()
        }
        return app
    }

    private func api() -> API {
        var api = API()
        let reader = OrderReader()
        NotificationInternalRoutes(database: database, desk: desk, reader: reader).add(to: &api)
        NotificationRoutes(database: database, desk: desk, reader: reader).add(to: &api)
        TemplateRoutes(templates: templates, brand: settings.brand).add(to: &api)
        if let token = settings.twilio.authToken, !settings.publicURL.isEmpty {
            TwilioStatusRoutes(
                database: database, reports: StatusReports(worker: worker, time: time), publicURL: settings.publicURL,
                authToken: token
            ).add(to: &api)
        }
        incidents.addRoutes(to: &api)
        return api
    }
}
