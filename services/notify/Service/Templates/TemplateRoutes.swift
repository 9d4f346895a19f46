import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import ServiceKit
import Tokens

/// `/api/notifications/templates`: which there are, what they look like filled in, and reading them anew.
struct TemplateRoutes: Sendable {
    let templates: TemplateShelf
    let brand: String

    private static let listed = JSONSchema.object(
        [
            ("name", JSONSchema.string().example("incident_created")), ("channels", .array(of: .string())),
            ("variables", .array(of: .string())),
        ], required: ["name", "channels", "variables"])

    private static let order = JSONSchema.object([
        ("variables", .object([])),
        ("channel", .string(allowed: NotificationChannel.allCases.map(\.rawValue))),
        ("subject", .nullable(.string(maxLength: MessageTemplate.subjectLengthMax))),
    ])

    private static let preview = JSONSchema.object(
        [
            ("name", .string()), ("channel", .string()), ("subject", .string()), ("text", .string()),
            ("html", .nullable(.string())), ("missing", .array(of: .string())),
            (
                "content_variables",
                JSONSchema.array(of: .string()).described("For WhatsApp: the values of the approved template")
            ),
        ], required: ["name", "channel", "subject", "text", "missing"])

    func add(to api: inout API) {
        api.get(
            "/api/notifications/templates", access: .role(.staff), summary: "The templates of messages",
            answers: [.json(200, "Templates", .array(of: Self.listed))]
        ) { _ in
            .json(.array(templates.names.compactMap { templates.template($0) }.map(\.json)))
        }
        api.post(
            "/api/notifications/templates/reload", access: .role(.admin), summary: "Read the templates anew",
            answers: [
                .json(200, "Templates", .array(of: Self.listed)),
                .problem(409, "A template is wrong; those in use stay as they were"),
            ]
        ) { _ in
            do {
                try await templates.reload()
            } catch let error as TemplateError {
                throw Problem.conflict(code: "template_invalid", error.description)
            }
            return .json(.array(templates.names.compactMap { templates.template($0) }.map(\.json)))
        }
        api.post(
            "/api/notifications/templates/{name}/preview", access: .role(.staff),
            summary: "A template filled in; names without a value show as themselves", body: .json(Self.order),
            answers: [
                .json(200, "The message", Self.preview), .problem(404, "There is no such template"),
                .problem(422, "The template has no message for this channel"),
            ]
        ) { request in
            let json = try await request.json(Self.order)
            guard let name = request.parameters["name"], let template = templates.template(name) else {
                throw Problem.notFound()
            }
            let channel = json["channel"]?.string.flatMap { NotificationChannel(rawValue: $0) } ?? .email
            guard template.supports(channel) else {
                throw Problem.unprocessable([
                    FieldProblem(field: "channel", message: "the template has no message for it")
                ])
            }
            return .json(try preview(template, on: channel, json))
        }
    }

    private func preview(
        _ template: MessageTemplate, on channel: NotificationChannel, _ json: JSONValue
    ) throws -> JSONValue {
        var variables = json["variables"]?.object ?? [:]
        variables["brand"] = .string(brand)
        let missing = template.missingNames(on: [channel], variables)
        for name in missing { variables[name] = .string("‹\(name)›") }
        let message = try template.render(on: channel, variables, subject: json["subject"]?.string)
        return [
            "name": .string(template.name), "channel": .string(channel.rawValue),
            "subject": .string(message.subject), "text": .string(message.text), "html": .optional(message.html),
            "missing": .array(missing.map { .string($0) }),
            "content_variables": .array(message.contentVariables.map { .string($0) }),
        ]
    }
}

extension MessageTemplate {
    fileprivate var json: JSONValue {
        let channels = NotificationChannel.allCases.filter(supports)
        return [
            "name": .string(name), "channels": .array(channels.map { .string($0.rawValue) }),
            "variables": .array(
                requiredNames(on: Set(channels)).filter { $0 != "subject" && $0 != "brand" }.map { .string($0) }),
        ]
    }
}
