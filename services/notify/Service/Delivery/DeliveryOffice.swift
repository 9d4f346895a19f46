import Contracts
import Jobs
import Logs
import Mail
import Platform
import SQL
import ServiceKit

/// Everything that delivers: the channels as they are configured, the worker, the sweep, and what providers report.
struct DeliveryOffice: Sendable {
    private let settings: NotifySettings
    private let jobs: JobQueue
    private let database: any SQLDatabase
    private let worker: DeliveryWorker
    private let sweep: DeliverySweep
    private let smtp: SMTPClient?
    private let time: any TimeSource

    /// - Throws: `MailError` for a sender that is none; does not happen with settings that were read.
    init(
        _ settings: NotifySettings, desk: NotificationDesk, jobs: JobQueue, database: any SQLDatabase,
        foundation: ServiceFoundation
    ) throws {
        self.settings = settings
        self.jobs = jobs
        self.database = database
        time = foundation.time
        let logger = foundation.logger.named("delivery")
        smtp = settings.mail.server.map { SMTPClient($0, metrics: foundation.metrics, time: foundation.time) }
        var policy = DeliveryPolicy()
        policy.attemptsMax = settings.attemptsMax
        policy.lastEmailAttemptsMax = settings.emailAttemptsMax
        policy.baseDelay = settings.retryDelay
        worker = DeliveryWorker(
            desk: desk, database: database, channels: try Self.channels(settings, desk, smtp: smtp, foundation),
            policy: policy, quietHours: settings.quietHours, recipientPerHour: settings.recipientPerHour,
            clock: MachineClock(time: foundation.time), logger: logger,
            metrics: NotifyMetrics(registry: foundation.metrics))
        sweep = DeliverySweep(desk: desk, smtp: smtp, logger: logger)
    }

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
    }

    /// Reports of providers can only be told from forgeries where the public address and the token are known.
    func addRoutes(to api: inout API) {
        guard let token = settings.twilio.authToken, !settings.publicURL.isEmpty else { return }
        TwilioStatusRoutes(
            database: database, reports: StatusReports(worker: worker, time: time), publicURL: settings.publicURL,
            authToken: token
        ).add(to: &api)
    }

    /// Closes connections to the mail server.
    func close() async {
        await smtp?.shutdown()
    }

    private static func channels(
        _ settings: NotifySettings, _ desk: NotificationDesk, smtp: SMTPClient?, _ foundation: ServiceFoundation
    ) throws -> [NotificationChannel: any Channel] {
        let outbox = OutboxFolder(path: "\(foundation.basics.varFolder)/outbox")
        let (client, time) = (foundation.client, foundation.time)
        let account = settings.twilio.account(publicURL: settings.publicURL)
        let sms = account.flatMap { $0.fromNumber.isEmpty && $0.messagingServiceSID.isEmpty ? nil : $0 }
        let whatsApp = account.flatMap { $0.whatsAppNumber.isEmpty ? nil : $0 }
        let simulated = [
            (smtp == nil, "email"), (sms == nil, "sms"), (whatsApp == nil, "whatsapp"),
            (settings.webhookSecret == nil, "webhook"),
        ].filter(\.0).map(\.1)
        if !simulated.isEmpty {
            foundation.logger.info(
                "channels without credentials write to the outbox folder",
                [("channels", simulated.joined(separator: ","))])
        }
        let unknown = settings.twilio.whatsAppTemplates.keys.filter { desk.templates.template($0) == nil }
        if !unknown.isEmpty {
            foundation.logger.warning(
                "TWILIO_WHATSAPP_TEMPLATES names templates that are not there",
                [("templates", unknown.sorted().joined(separator: ","))])
        }
        let replyTo = settings.mail.replyTo
        return [
            .email: EmailChannel(
                client: smtp, from: try settings.mail.sender(brand: settings.brand),
                replyTo: replyTo.isEmpty ? nil : try MailAddress(replyTo), outbox: outbox),
            .sms: TwilioChannel(medium: .sms, account: sms, client: client, outbox: outbox, time: time),
            .whatsapp: TwilioChannel(medium: .whatsapp, account: whatsApp, client: client, outbox: outbox, time: time),
            .webhook: WebhookChannel(
                secret: settings.webhookSecret, allowsPrivateAddresses: settings.allowsPrivateWebhooks, client: client,
                outbox: outbox, time: time),
        ]
    }
}
