import HTTPMessages

/// What a parser made of some bytes, with body pieces joined, so that different cuts can be compared.
enum Outcome: Equatable, CustomStringConvertible {
    case request(String, [String], HTTPBodyKind)
    case response(Int, [String], HTTPBodyKind)
    case interim(Int)
    case body(String)
    case end([String])
    case failure(HTTPParseFailure)
    case rest(String)

    var description: String {
        switch self {
        case .request(let line, let fields, let kind): "request(\(line.debugDescription), \(fields), \(kind))"
        case .response(let status, let fields, let kind): "response(\(status), \(fields), \(kind))"
        case .interim(let status): "interim(\(status))"
        case .body(let text): "body(\(text.debugDescription))"
        case .end(let trailers): "end(\(trailers))"
        case .failure(let failure): "failure(\(failure))"
        case .rest(let text): "rest(\(text.debugDescription))"
        }
    }

    static func lines(_ fields: HTTPFields) -> [String] {
        fields.map { "\($0.name): \($0.value)" }
    }

    /// Feeds a request parser. The last outcome is a failure if there was one, also for a request that is cut off.
    static func ofRequests(_ pieces: [[UInt8]], limits: HTTPParserLimits = HTTPParserLimits()) -> [Outcome] {
        var parser = HTTPRequestParser(limits: limits)
        var outcomes: [Outcome] = []
        var body: [UInt8] = []
        for piece in pieces {
            let failed = piece.withUnsafeBytes { bytes in
                var offset = 0
                while true {
                    switch parser.next(in: bytes, at: &offset) {
                    case .needsInput: return offset != bytes.count
                    case .head(let head, let kind):
                        let line = "\(head.method) \(head.target) \(head.versionMinor)"
                        outcomes.append(.request(line, lines(head.fields), kind))
                    case .body(let range): body.append(contentsOf: bytes[range])
                    case .end(let trailers):
                        if !body.isEmpty { outcomes.append(.body(String(decoding: body, as: UTF8.self))) }
                        body = []
                        outcomes.append(.end(lines(trailers)))
                    case .failure(let failure):
                        outcomes.append(.failure(failure))
                        return true
                    }
                }
            }
            if failed { return outcomes }
        }
        if let failure = parser.failureAtEndOfInput() { outcomes.append(.failure(failure)) }
        return outcomes
    }

    static func ofRequests(_ text: String, limits: HTTPParserLimits = HTTPParserLimits()) -> [Outcome] {
        ofRequests([Array(text.utf8)], limits: limits)
    }

    /// Feeds a response parser, then closes the connection. After an upgrade the rest is kept as it is.
    static func ofResponses(
        _ pieces: [[UInt8]], to methods: [HTTPMethod] = [.get], limits: HTTPParserLimits = HTTPParserLimits()
    ) -> [Outcome] {
        var parser = HTTPResponseParser(requestMethod: methods[0], limits: limits)
        var outcomes: [Outcome] = []
        var body: [UInt8] = []
        var rest: [UInt8] = []
        var ended = 0
        var isUpgraded = false
        func finishBody() {
            if !body.isEmpty { outcomes.append(.body(String(decoding: body, as: UTF8.self))) }
            body = []
        }
        for piece in pieces {
            if isUpgraded {
                rest += piece
                continue
            }
            let failed = piece.withUnsafeBytes { bytes in
                var offset = 0
                while true {
                    switch parser.next(in: bytes, at: &offset) {
                    case .needsInput: return false
                    case .interim(let head): outcomes.append(.interim(head.status.code))
                    case .head(let head, let kind):
                        outcomes.append(.response(head.status.code, lines(head.fields), kind))
                        if kind == .upgraded {
                            isUpgraded = true
                            rest += bytes[offset...]
                            return false
                        }
                    case .body(let range): body.append(contentsOf: bytes[range])
                    case .end(let trailers):
                        finishBody()
                        outcomes.append(.end(lines(trailers)))
                        ended += 1
                        parser.expectResponse(to: methods[min(ended, methods.count - 1)])
                    case .failure(let failure):
                        outcomes.append(.failure(failure))
                        return true
                    }
                }
            }
            if failed { return outcomes }
        }
        if isUpgraded { return outcomes + [.rest(String(decoding: rest, as: UTF8.self))] }
        if !parser.isIdle {
            switch parser.endOfInput() {
            case .end(let trailers):
                finishBody()
                outcomes.append(.end(lines(trailers)))
            case .failure(let failure): outcomes.append(.failure(failure))
            default: break
            }
        }
        return outcomes
    }
}
