import HTTPMessages
import HTTPServer
import JSONCoding
import KeyValue
import Metrics
import Platform
import SQL
import ServiceKit

/// `/ws/lectures`: the progress of all of a user's lectures over one WebSocket.
struct ProgressSocketRoutes: Sendable {
    let database: any SQLDatabase
    let progress: ProgressHub
    let metrics: IngestMetrics

    /// Lectures at work whose state is told when a socket opens.
    private static let activeMax = 200
    /// Nothing that a client says is needed here.
    private static let messageBytesMax = 4_096

    func add(to api: inout API) {
        api.get(
            "/ws/lectures", access: .user,
            summary: "Progress of all your lectures over a WebSocket: first where each one stands, then what happens",
            answers: [.empty(101, "Messages `progress`, `complete` and `failed`"), .problem(426, "Not a WebSocket")]
        ) { request in
            let userID = try request.userID
            var options = WebSocketOptions()
            options.limits.messageBytesMax = Self.messageBytesMax
            return .webSocket(request, options: options) { socket in
                metrics.listeners.add(1)
                defer { metrics.listeners.add(-1) }
                try await socket.whileOpen { try await tell(socket, userID: userID) }
            }
        }
    }

    private func tell(_ socket: WebSocket, userID: Identifier) async throws {
        // Subscribed before the first look, so that nothing falls between the two.
        let subscription = try await progress.subscribe(userID: userID)
        try await tellActive(socket, userID: userID)
        for await signal in subscription {
            switch signal {
            case .message(let bytes):
                guard let message = ProgressMessage(bytes: bytes) else { continue }
                try await socket.send(text: message.json.text)
            case .missed:
                try await tellActive(socket, userID: userID)
            }
        }
    }

    private func tellActive(_ socket: WebSocket, userID: Identifier) async throws {
        let active = try await database.read {
            try TaskTable.latestOfActive(userID: userID, limit: Self.activeMax, in: $0)
        }
        for event in active { try await socket.send(text: event.json.text) }
    }
}
