import Glibc
import HTTPForwarder
import HTTPMessages
import HTTPServer
import JSONCoding
import Logs
import Metrics
import Platform

// The server that Benchmarks/scripts/bench-http.sh measures and Tests/Trials attacks, through the same code as the services:
// `bench-server [port] [loops] [upstream port]`. With an upstream port it is a gateway that passes everything on. Prints its
// port when it is ready.

let numbers = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
let upstreamPort = numbers.count > 2 ? UInt16(clamping: numbers[2]) : nil

var options = HTTPServerOptions()
options.port = UInt16(clamping: numbers.first ?? 0)
options.connectionsMax = 19_000

let group = try EventLoopGroup(count: numbers.count > 1 ? numbers[1] : 0)
let metrics = MetricRegistry()

var socketOptions = WebSocketOptions()
socketOptions.limits.messageBytesMax = 16 << 20

let ownRoutes = [
    Route(.get, "/health") { _ in .json(["status": "ok"]) },
    Route(.post, "/echo") { request in
        .json(try JSONValue(parsing: try await request.body.collect(upTo: 65_536)))
    },
    Route(.post, "/duplex") { request in
        .stream(contentType: "text/plain") { writer in
            for try await chunk in request.body { try await writer.write(chunk) }
        }
    },
    Route(.get, "/bytes/{count}") { request in
        let count = request.parameters["count"].flatMap { Int($0) } ?? 0
        return .bytes([UInt8](repeating: 0x61, count: min(max(0, count), 1 << 24)), contentType: "text/plain")
    },
    Route(.get, "/events") { request in
        .events(request) { writer in
            for number in 1...50 { try await writer.send(ServerSentEvent(data: "{\"n\":\(number)}")) }
        }
    },
    Route(.get, "/socket") { [socketOptions] request in
        .webSocket(request, options: socketOptions) { socket in
            for try await message in socket {
                switch message {
                case .text(let text): try await socket.send(text: text)
                case .binary(let bytes): try await socket.send(binary: bytes)
                }
            }
        }
    },
    // Everything else: what was understood of the request.
    Route(nil, "/{path...}") { request in
        let body = try await request.body.collect(upTo: 65_536)
        return .json([
            "method": .string(request.method.rawValue), "target": .string(request.head.target),
            "bytes": .integer(Int64(body.count)),
        ])
    },
]

func gatewayRoutes(to port: UInt16) -> [Route] {
    let forwarder = Forwarder(upstream: UpstreamAddress(host: "127.0.0.1", port: port), group: group, metrics: metrics)
    return [Route(nil, "/{path...}", bodyBytesMax: 1 << 30) { try await forwarder.forward($0) }]
}

let server = HTTPServer(
    options: options, group: group, router: Router(routes: upstreamPort.map(gatewayRoutes) ?? ownRoutes),
    logger: Logger(name: "bench", sink: LogWriter(json: false), level: .warning), metrics: metrics)
print(try await server.start())
fflush(nil)
try await server.run()
