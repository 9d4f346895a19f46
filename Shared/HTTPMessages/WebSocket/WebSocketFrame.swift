/// What a frame carries (RFC 6455 section 5.2).
package enum WebSocketOpcode: UInt8, Sendable, Hashable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    /// Close, ping and pong: at most 125 bytes, never in fragments, allowed between the fragments of a message.
    package var isControl: Bool { rawValue >= 8 }
}

/// Why a WebSocket closes (RFC 6455 section 7.4).
package struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let normal = WebSocketCloseCode(rawValue: 1000)
    package static let goingAway = WebSocketCloseCode(rawValue: 1001)
    package static let protocolError = WebSocketCloseCode(rawValue: 1002)
    package static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// Stands for a close frame without a code; never sent.
    package static let noCode = WebSocketCloseCode(rawValue: 1005)
    /// Stands for a connection that broke off; never sent.
    package static let abnormal = WebSocketCloseCode(rawValue: 1006)
    package static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    package static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    package static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    package static let internalError = WebSocketCloseCode(rawValue: 1011)
    package static let serviceRestart = WebSocketCloseCode(rawValue: 1012)
    package static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)

    /// Whether the code may stand in a frame: registered ones, those of libraries (3000s) and of applications (4000s).
    package var isValidOnWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// The beginning of a frame.
package struct WebSocketFrameHead: Sendable, Hashable {
    package let opcode: WebSocketOpcode
    package let isFinal: Bool
    package let length: Int
    /// The key with which the payload is masked, its first byte lowest; 0 for a frame without mask, which changes nothing.
    package let mask: UInt32
}

/// What a peer did wrong, and the code to close with.
package enum WebSocketFailure: String, Error, Sendable, Hashable {
    case reservedBits
    case unknownOpcode
    case fragmentedControl
    case controlTooLong
    case wrongMasking
    case lengthNotMinimal
    case lengthOverflow
    case unexpectedContinuation
    case expectedContinuation
    case invalidClose
    case invalidUTF8
    case messageTooBig
    case tooManyFragments

    package var closeCode: WebSocketCloseCode {
        switch self {
        case .invalidUTF8: .invalidPayload
        case .messageTooBig: .messageTooBig
        case .tooManyFragments: .policyViolation
        default: .protocolError
        }
    }
}
