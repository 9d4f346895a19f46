import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import SQL
import ServiceKit
import Settings

/// `/webhooks/twilio/status`: what Twilio reports about messages. Reached from outside, so nothing is believed before its
/// signature is checked.
struct TwilioStatusRoutes: Sendable {
    static let path = "/webhooks/twilio/status"
    private static let bodyBytesMax = 64 << 10

    let database: any SQLDatabase
    let reports: StatusReports
    /// The address under which Twilio knows us, without trailing slash; with the token it makes the signature.
    let publicURL: String
    let authToken: Secret

    func add(to api: inout API) {
        api.post(
            Self.path, access: .open, summary: "Status callbacks of Twilio",
            parameters: [
                .query("notification", .identifier, required: true, "Which notification it is about"),
                .header("X-Twilio-Signature", .string(), required: true, "Shows that Twilio sent it"),
            ],
            answers: [
                .empty(204, "Taken"), .problem(403, "The signature is wrong"),
                .problem(404, "There is no such notification"), .problem(422, "A field is missing"),
            ],
            bodyBytesMax: Self.bodyBytesMax
        ) { request in
            let body = try await request.body.collect(upTo: Self.bodyBytesMax)
            let form = QueryItems(parsing: String(decoding: body, as: UTF8.self))
            guard let signature = request.fields.first("X-Twilio-Signature"),
                TwilioSignature.isGood(
                    signature, url: publicURL + request.head.target, fields: form.items,
                    authToken: authToken.revealed)
            else { throw Problem.forbidden("The signature is wrong.", code: "bad_signature") }
            let report = try Self.report(form, request)
            guard try await database.write({ [reports] in try reports.take(report, in: $0) }) else {
                throw Problem.notFound()
            }
            return .empty(.noContent)
        }
    }

    private static func report(_ form: QueryItems, _ request: HTTPRequest) throws -> StatusReports.Report {
        guard let id = request.query.first("notification").flatMap({ Identifier($0) }) else { throw Problem.notFound() }
        guard let sid = form.first("MessageSid") ?? form.first("SmsSid"), (1...64).contains(sid.utf8.count) else {
            throw Problem.unprocessable([FieldProblem(field: "MessageSid", message: "is missing")])
        }
        guard let status = form.first("MessageStatus") ?? form.first("SmsStatus"), (1...40).contains(status.utf8.count)
        else { throw Problem.unprocessable([FieldProblem(field: "MessageStatus", message: "is missing")]) }
        return StatusReports.Report(
            notificationID: id, channel: form.first("To")?.hasPrefix("whatsapp:") == true ? .whatsapp : .sms,
            providerID: sid, status: status.lowercased(), code: form.first("ErrorCode").flatMap { Int64($0) })
    }
}
