import Contracts

/// Which paths go to which service. What is not here is not reachable from outside; `/internal/*` never is.
enum GatewayTable {
    /// Templates of the router; each stands for all methods.
    static let templates: [ServiceName: [String]] = [
        .chat: [
            "/api/v1/start-session", "/api/v1/chat", "/api/v1/sessions", "/api/v1/sessions/{rest...}", "/end_session",
            "/chat", "/ws/chat", "/api/v1/leads", "/api/v1/leads/{rest...}", "/api/v1/assistants",
            "/api/v1/assistants/{rest...}",
        ],
        .ingest: [
            "/subjects", "/subjects/{rest...}", "/lectures", "/lectures/{rest...}", "/search", "/tasks/{rest...}",
            "/ws/lectures", "/api/v1/postprocess/{rest...}", "/api/v1/accounts/{rest...}",
        ],
        .docs: [
            "/documents", "/documents/{rest...}", "/quizzes", "/quizzes/{rest...}", "/flashcards",
            "/flashcards/{rest...}", "/study-sessions", "/study-sessions/{rest...}", "/analytics/{rest...}", "/share",
            "/share/{rest...}", "/ws/documents",
        ],
        .notify: [
            "/api/incidents", "/api/incidents/{rest...}", "/api/stats", "/api/notifications",
            "/api/notifications/{rest...}", "/webhooks/twilio/{rest...}",
        ],
    ]

    /// The services behind the gateway.
    static let services: [ServiceName] = [.chat, .ingest, .docs, .notify]
}
