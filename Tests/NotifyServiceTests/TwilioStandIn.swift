import HTTPMessages
import JSONCoding
import Platform
import TestSupport

/// Twilio's messages interface as its public description has it, answering what the test decides.
final class TwilioStandIn: Sendable {
    struct Call: Sendable {
        let line: String
        let fields: [String]
        let body: String

        /// A field of the form.
        func form(_ name: String) -> String? { QueryItems(parsing: body).first(name) }
    }

    /// One answer; nil closes the connection without one.
    struct Answer: Sendable {
        var status = 201
        var fields: [String] = []
        var body = ""
        var isCut = false

        static func taken(_ sid: String) -> Answer {
            Answer(
                body: """
                    {"sid":"\(sid)","status":"queued","to":"+15005550006","from":"+15005550001","num_segments":"1",\
                    "error_code":null,"price":null}
                    """)
        }

        static func error(_ code: Int, status: Int = 400, fields: [String] = []) -> Answer {
            Answer(
                status: status, fields: fields,
                body: #"{"code":\#(code),"message":"refused","more_info":"..","status":\#(status)}"#)
        }

        static let cut = Answer(isCut: true)
    }

    private struct State {
        var calls: [Call] = []
        var answers: [Answer] = []
    }

    private let server: ScriptedServer
    private let state: Lock<State>

    /// - Parameter answers: Given to POSTs in order; the last one again and again. A GET is answered by `list`.
    init(_ answers: [Answer], list: String = #"{"messages":[]}"#) throws {
        let state = Lock(State(answers: answers))
        self.state = state
        server = try ScriptedServer { connection in
            while true {
                let request = try connection.readRequest()
                let lines = request.head.split(separator: "\r\n").map(String.init)
                let answer = state.withLock { state in
                    state.calls.append(
                        Call(line: lines.first ?? "", fields: Array(lines.dropFirst()), body: request.text))
                    if request.head.hasPrefix("GET ") { return Answer(status: 200, body: list) }
                    return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? .cut
                }
                if answer.isCut { return }
                try connection.respond(
                    answer.status, fields: ["Content-Type: application/json"] + answer.fields, body: answer.body)
            }
        }
    }

    var calls: [Call] { state.withLock { $0.calls } }

    /// The settings by which notify uses it.
    var environment: [String: String] {
        [
            "TWILIO_BASE_URL": server.url, "TWILIO_ACCOUNT_SID": "AC0001", "TWILIO_AUTH_TOKEN": "tok123",
            "TWILIO_FROM_NUMBER": "+15005550001", "TWILIO_WHATSAPP_NUMBER": "+15005550002",
            "PUBLIC_URL": "https://mail.example.org",
        ]
    }
}
