/// Writes frames (RFC 6455 section 5).
package enum WebSocketFrameEncoder {
    /// The longest payload of close, ping and pong.
    package static let controlBytesMax = 125

    /// Appends a frame.
    ///
    /// - Parameter mask: For clients: a fresh random number for each frame; nil for servers.
    /// - Returns: False, with nothing appended, when a control frame would be fragmented or longer than allowed.
    @discardableResult
    package static func append(
        _ opcode: WebSocketOpcode, _ payload: some Collection<UInt8>, isFinal: Bool = true, mask: UInt32? = nil,
        to bytes: inout [UInt8]
    ) -> Bool {
        let count = payload.count
        if opcode.isControl, !isFinal || count > controlBytesMax { return false }
        bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        if count < 126 {
            bytes.append(maskBit | UInt8(count))
        } else if count < 65_536 {
            bytes.append(maskBit | 126)
            bytes.append(UInt8(count >> 8))
            bytes.append(UInt8(count & 0xFF))
        } else {
            bytes.append(maskBit | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(count >> shift & 0xFF)) }
        }
        guard let mask else {
            bytes.append(contentsOf: payload)
            return true
        }
        for shift in stride(from: 0, through: 24, by: 8) { bytes.append(UInt8(mask >> UInt32(shift) & 0xFF)) }
        let start = bytes.count
        bytes.append(contentsOf: payload)
        bytes.withUnsafeMutableBytes {
            WebSocketMask.apply(mask, to: UnsafeMutableRawBufferPointer(rebasing: $0[start...]), offset: 0)
        }
        return true
    }

    /// Appends a close frame. A code that may not stand in a frame is left out, with the reason; a reason that is too long
    /// is cut between characters.
    package static func appendClose(
        _ code: WebSocketCloseCode, reason: String = "", mask: UInt32? = nil, to bytes: inout [UInt8]
    ) {
        var payload: [UInt8] = []
        if code.isValidOnWire {
            payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
            for scalar in reason.unicodeScalars {
                guard let encoded = UTF8.encode(scalar), payload.count + encoded.count <= controlBytesMax else { break }
                payload.append(contentsOf: encoded)
            }
        }
        append(.close, payload, mask: mask, to: &bytes)
    }
}
