import Crypto
import HTTPMessages
import HTTPServer
import Jobs
import Logs
import Platform
import Tokens

/// Honours `Idempotency-Key` on routes that say so (draft-ietf-httpapi-idempotency-key-header-07): the first answer is kept
/// for a day and given again to a repetition, which does nothing; the same key with another body is 422, a repetition
/// while the first is still running 409.
///
/// A key counts for one user and one route. An upload's file is not read twice for it: there the fingerprint is the length
/// of the body. Answers that are streams, and failures of ours (5xx), are not kept; the key is free again after them.
struct IdempotencyMiddleware: HTTPMiddleware {
    let store: IdempotencyStore
    let logger: Logger

    func respond(to request: HTTPRequest, route: Route?, next: HTTPHandler) async throws -> HTTPResponse {
        guard let route, let operation = route.info as? Operation, operation.isIdempotent,
            let header = request.fields.first("Idempotency-Key")
        else { return try await next(request) }
        let key = try Self.key(header)
        var request = request
        var fingerprint = DigestState(.sha256)
        fingerprint.update(request.path.utf8)
        if operation.body?.contentType == "multipart/form-data" {
            fingerprint.update("\(request.body.declaredLength ?? -1)".utf8)
        } else {
            let bytes = try await request.body.collect(upTo: operation.bodyBytesMax)
            fingerprint.update(bytes)
            request = HTTPRequest(
                head: request.head, parameters: request.parameters, body: HTTPRequestBody(bytes: bytes),
                context: request.context)
        }
        let scope = "\(request.principalName) \(request.method.rawValue) \(route.template)"
        let verdict = try await store.begin(scope: scope, key: key, fingerprint: fingerprint.finish())
        switch verdict {
        case .replay(let stored): return Self.response(stored)
        case .running:
            throw Problem.conflict(code: "idempotency_running", "the first request with this key is still running")
        case .mismatch:
            throw Problem(
                status: .unprocessableContent, code: "idempotency_mismatch",
                detail: "this Idempotency-Key was used with another request")
        case .new(let claim): return try await answer(request, claim, next)
        }
    }

    private func answer(
        _ request: HTTPRequest, _ claim: IdempotencyStore.Claim, _ next: HTTPHandler
    ) async throws -> HTTPResponse {
        do {
            let response = try await next(request)
            try await keep(response, claim)
            return response
        } catch let problem as Problem where problem.status.code < 500 {
            try await keep(.problem(problem, for: request), claim)
            throw problem
        } catch {
            // Nothing was done, or nobody knows: the client may try again with the same key.
            do {
                try await store.abandon(claim)
            } catch let failure {
                // The key stays taken until the claim ends by itself.
                logger.warning("an Idempotency-Key could not be given back", [("error", "\(failure)")])
            }
            throw error
        }
    }

    /// Answers that say nothing about the request itself, only about the moment.
    private static let passing: Set<Int> = [401, 408, 409, 429]

    private func keep(_ response: HTTPResponse, _ claim: IdempotencyStore.Claim) async throws {
        let code = response.status.code
        guard code < 500, !Self.passing.contains(code), let body = response.body.bytes else {
            return try await store.abandon(claim)
        }
        let fields = response.fields.map { "\($0.name.text): \($0.value)" }.joined(separator: "\n")
        do {
            try await store.finish(
                claim, IdempotencyStore.StoredResponse(status: response.status.code, fields: fields, body: body))
        } catch {
            // The work is done; only a repetition would not know of it before the claim ends.
            logger.warning("an answer could not be kept for its Idempotency-Key", [("error", "\(error)")])
        }
    }

    private static func response(_ stored: IdempotencyStore.StoredResponse) -> HTTPResponse {
        var response = HTTPResponse(status: HTTPStatus(stored.status), body: .bytes(stored.body))
        for line in stored.fields.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            response.fields.append(HTTPFieldName(String(line[..<colon])), String(value))
        }
        response.fields.append("Idempotent-Replayed", "true")
        return response
    }

    /// The key without the quotes of a structured string; most clients send it bare.
    private static func key(_ header: String) throws -> String {
        var key = header[...]
        if key.utf8.count >= 2, key.hasPrefix("\""), key.hasSuffix("\"") { key = key.dropFirst().dropLast() }
        guard (1...IdempotencyStore.keyBytesMax).contains(key.utf8.count),
            key.utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7f })
        else {
            throw Problem.badRequest(
                code: "invalid_idempotency_key",
                detail: "Idempotency-Key must have 1 to \(IdempotencyStore.keyBytesMax) visible ASCII characters")
        }
        return String(key)
    }
}

extension HTTPRequest {
    /// Whose keys these are.
    fileprivate var principalName: String {
        switch principal {
        case .user(let claims): claims.subject.description
        case .machine(let grant): "key \(grant.keyID)"
        case .service(let name): "service \(name)"
        case nil: "anybody"
        }
    }
}
