/// Puts messages together from a peer's bytes (RFC 6455): unmasks, joins fragments, checks text while it arrives, and
/// refuses whatever the protocol does not allow at the first byte that shows it.
package struct WebSocketReader: Sendable {
    package struct Limits: Sendable, Hashable {
        /// A longer message closes with 1009, as soon as a frame's head announces it.
        package var messageBytesMax = 1024 * 1024
        /// A message in more frames closes with 1008.
        package var fragmentsMax = 1024 * 1024

        package init() {}
    }

    package enum Event: Sendable, Hashable {
        /// The input is used up.
        case needsInput
        case text(String)
        case binary([UInt8])
        /// To be answered with a pong of the same payload.
        case ping([UInt8])
        case pong([UInt8])
        /// The peer closes; `.noCode` when it gave none. To be answered with a close; what follows is ignored.
        case close(WebSocketCloseCode, reason: String)
        /// To be answered with a close of the failure's code; what follows is ignored.
        case failure(WebSocketFailure)
    }

    private let limits: Limits
    private var frames: WebSocketFrameParser
    private var frame: WebSocketFrameHead?
    /// The kind of the message of which fragments have arrived.
    private var messageOpcode: WebSocketOpcode?
    private var message: [UInt8] = []
    private var fragmentCount = 0
    private var control: [UInt8] = []
    private var utf8 = UTF8Validator()
    private var isFinished = false

    package init(role: WebSocketRole, limits: Limits = Limits()) {
        self.limits = limits
        frames = WebSocketFrameParser(role: role)
    }

    /// The next event in `input` from `offset` on; `offset` is moved behind the bytes used.
    package mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event {
        while !isFinished {
            switch frames.next(in: input, at: &offset) {
            case .needsInput: return .needsInput
            case .failure(let failure): return fail(failure)
            case .head(let head):
                if let failure = begin(head) { return fail(failure) }
            case .payload(let range, let position):
                if let failure = take(UnsafeRawBufferPointer(rebasing: input[range]), at: position) {
                    return fail(failure)
                }
            case .end:
                if let event = end() { return event }
            }
        }
        offset = input.count
        return .needsInput
    }

    private mutating func fail(_ failure: WebSocketFailure) -> Event {
        isFinished = true
        message = []
        return .failure(failure)
    }

    private mutating func begin(_ head: WebSocketFrameHead) -> WebSocketFailure? {
        frame = head
        if head.opcode.isControl { return nil }
        if head.opcode == .continuation {
            if messageOpcode == nil { return .unexpectedContinuation }
        } else {
            if messageOpcode != nil { return .expectedContinuation }
            messageOpcode = head.opcode
            utf8 = UTF8Validator()
            fragmentCount = 0
        }
        fragmentCount += 1
        if fragmentCount > limits.fragmentsMax { return .tooManyFragments }
        if head.length > limits.messageBytesMax - message.count { return .messageTooBig }
        return nil
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer, at position: Int) -> WebSocketFailure? {
        guard let frame else { return nil }
        if frame.opcode.isControl {
            Self.append(bytes, mask: frame.mask, position: position, to: &control)
            return nil
        }
        let start = message.count
        Self.append(bytes, mask: frame.mask, position: position, to: &message)
        guard messageOpcode == .text else { return nil }
        let isText = message.withUnsafeBytes { utf8.append(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        return isText ? nil : .invalidUTF8
    }

    private static func append(
        _ bytes: UnsafeRawBufferPointer, mask: UInt32, position: Int, to buffer: inout [UInt8]
    ) {
        let start = buffer.count
        buffer.append(contentsOf: bytes)
        buffer.withUnsafeMutableBytes {
            WebSocketMask.apply(mask, to: UnsafeMutableRawBufferPointer(rebasing: $0[start...]), offset: position)
        }
    }

    private mutating func end() -> Event? {
        guard let frame else { return nil }
        self.frame = nil
        if frame.opcode.isControl {
            defer { control = [] }
            switch frame.opcode {
            case .ping: return .ping(control)
            case .pong: return .pong(control)
            default: return close(control)
            }
        }
        guard frame.isFinal, let opcode = messageOpcode else { return nil }
        defer {
            messageOpcode = nil
            message = []
        }
        guard opcode == .text else { return .binary(message) }
        guard utf8.isComplete else { return fail(.invalidUTF8) }
        return .text(String(decoding: message, as: UTF8.self))
    }

    private mutating func close(_ payload: [UInt8]) -> Event {
        if payload.isEmpty {
            isFinished = true
            return .close(.noCode, reason: "")
        }
        guard payload.count >= 2 else { return fail(.invalidClose) }
        let code = WebSocketCloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isValidOnWire else { return fail(.invalidClose) }
        guard let reason = String(validating: payload[2...], as: UTF8.self) else { return fail(.invalidUTF8) }
        isFinished = true
        return .close(code, reason: reason)
    }
}
