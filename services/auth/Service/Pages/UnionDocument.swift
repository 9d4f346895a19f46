import Contracts
import HTTPClient
import HTTPMessages
import HTTPServer
import JSONCoding
import Logs
import Platform
import ServiceKit

/// The OpenAPI document of the whole of Lectern: auth's own and those of the services behind, as they are at the moment.
/// A service that is down is left out until it is back.
final class UnionDocument: Sendable {
    /// How long a union is served before the services are asked again.
    static let lifetime = Duration.seconds(15)
    private static let documentBytesMax = 4 << 20

    private struct State {
        var own: JSONValue = .null
        var union: (document: JSONValue, until: MonotonicInstant)?
    }

    private let state = Lock(State())
    private let client: HTTPClient
    private let addresses: [(service: ServiceName, url: String)]
    private let time: any TimeSource
    private let logger: Logger

    init(foundation: ServiceFoundation) {
        client = foundation.client
        addresses = GatewayTable.services.map { ($0, foundation.basics.url(of: $0) + "/openapi.json") }
        time = foundation.time
        logger = foundation.logger.named("documents")
    }

    /// Takes the document of auth itself, once it is complete.
    func setOwn(_ document: JSONValue) {
        state.withLock { $0.own = document }
    }

    /// The union, at most `lifetime` old.
    func document() async -> JSONValue {
        let now = time.monotonic
        let (own, known) = state.withLock { ($0.own, $0.union) }
        if let known, now < known.until { return known.document }
        let others = await fetchAll()
        let document = Self.union(own, others)
        // One that lacks a service is not kept, so that it is there as soon as it is back.
        if others.count == addresses.count { state.withLock { $0.union = (document, now + Self.lifetime) } }
        return document
    }

    /// `own` with the paths and schemas of `others` that it does not have itself.
    static func union(_ own: JSONValue, _ others: [JSONValue]) -> JSONValue {
        var union = own.object ?? JSONObject()
        union["info"] = ["title": "Lectern", "version": own["info"]?["version"] ?? "1.0.0"]
        union["paths"] = .object(merged(own["paths"], others.map { $0["paths"] }))
        var components = own["components"]?.object ?? JSONObject()
        components["schemas"] = .object(
            merged(own["components"]?["schemas"], others.map { $0["components"]?["schemas"] }))
        union["components"] = .object(components)
        return .object(union)
    }

    private static func merged(_ first: JSONValue?, _ others: [JSONValue?]) -> JSONObject {
        var result = first?.object ?? JSONObject()
        for other in others {
            other?.object?.forEach { name, value in
                if result[name] == nil { result[name] = value }
            }
        }
        return result
    }

    private func fetchAll() async -> [JSONValue] {
        await withTaskGroup(of: (Int, JSONValue?).self) { group in
            for (index, address) in addresses.enumerated() {
                group.addTask { (index, await self.fetch(address.url, of: address.service)) }
            }
            var documents = [JSONValue?](repeating: nil, count: addresses.count)
            for await (index, document) in group { documents[index] = document }
            return documents.compactMap(\.self)
        }
    }

    private func fetch(_ url: String, of service: ServiceName) async -> JSONValue? {
        let request = HTTPClientRequest(
            .get, url, timeouts: HTTPClientRequest.Timeouts(connect: .seconds(1), total: .seconds(2)), retry: .none,
            responseBytesMax: Self.documentBytesMax)
        do {
            let response = try await client.send(request)
            return response.isSuccess ? try JSONValue(parsing: response.body) : nil
        } catch {
            logger.debug("a service gives no document", [("service", service.rawValue), ("error", "\(error)")])
            return nil
        }
    }
}

/// Puts the union in the place of auth's own document.
struct UnionDocumentMiddleware: HTTPMiddleware {
    let documents: UnionDocument

    func respond(to request: HTTPRequest, route: Route?, next: HTTPHandler) async throws -> HTTPResponse {
        guard route?.template == "/openapi.json", request.method == .get || request.method == .head else {
            return try await next(request)
        }
        return .json(await documents.document())
    }
}
