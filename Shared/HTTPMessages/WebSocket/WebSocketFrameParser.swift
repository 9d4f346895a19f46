/// Which end of a WebSocket this is. Clients mask their frames, servers do not, and each end refuses the other way
/// (RFC 6455 section 5.1).
package enum WebSocketRole: Sendable, Hashable {
    case server
    case client
}

/// Finds frames in bytes that arrive cut anywhere (RFC 6455 section 5), and where their payload lies; copies nothing and
/// keeps no rules about messages, which are `WebSocketReader`'s.
package struct WebSocketFrameParser: Sendable {
    package enum Event: Sendable {
        /// The input is used up.
        case needsInput
        case head(WebSocketFrameHead)
        /// Payload at this place in the input, still masked; `offset` is its position in the frame's payload.
        case payload(Range<Int>, offset: Int)
        /// The frame is complete. Comes after every head.
        case end
        case failure(WebSocketFailure)
    }

    private enum State: Sendable {
        case head
        case payload(length: Int, used: Int)
        case failed(WebSocketFailure)
    }

    private let role: WebSocketRole
    private var state = State.head
    /// The bytes of a head so far: at most 14.
    private var held: (UInt64, UInt64) = (0, 0)
    private var heldCount = 0

    package init(role: WebSocketRole) {
        self.role = role
    }

    package mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event {
        switch state {
        case .failed(let failure):
            return .failure(failure)
        case .payload(let length, let used):
            if used == length {
                state = .head
                return .end
            }
            let count = min(length - used, input.count - offset)
            guard count > 0 else { return .needsInput }
            defer { offset += count }
            state = .payload(length: length, used: used + count)
            return .payload(offset..<offset + count, offset: used)
        case .head:
            while offset < input.count {
                hold(input[offset])
                offset += 1
                switch parseHead() {
                case nil: continue
                case .success(let head)?:
                    heldCount = 0
                    held = (0, 0)
                    state = .payload(length: head.length, used: 0)
                    return .head(head)
                case .failure(let failure)?:
                    state = .failed(failure)
                    return .failure(failure)
                }
            }
            return .needsInput
        }
    }

    private mutating func hold(_ byte: UInt8) {
        if heldCount < 8 {
            held.0 = held.0 << 8 | UInt64(byte)
        } else {
            held.1 = held.1 << 8 | UInt64(byte)
        }
        heldCount += 1
    }

    private func heldByte(_ index: Int) -> UInt8 {
        let (word, count) = index < 8 ? (held.0, min(heldCount, 8)) : (held.1, heldCount - 8)
        return UInt8(truncatingIfNeeded: word >> UInt64((count - 1 - index % 8) * 8))
    }

    /// Judges the head as far as it is there, so that a bad one is refused at its first bad byte; nil for not yet whole.
    private func parseHead() -> Result<WebSocketFrameHead, WebSocketFailure>? {
        let first = heldByte(0)
        if first & 0x70 != 0 { return .failure(.reservedBits) }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { return .failure(.unknownOpcode) }
        let isFinal = first & 0x80 != 0
        if opcode.isControl, !isFinal { return .failure(.fragmentedControl) }
        guard heldCount >= 2 else { return nil }
        let second = heldByte(1)
        let isMasked = second & 0x80 != 0
        if isMasked != (role == .server) { return .failure(.wrongMasking) }
        let short = Int(second & 0x7F)
        if opcode.isControl, short > 125 { return .failure(.controlTooLong) }
        let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
        guard heldCount >= 2 + lengthBytes else { return nil }
        var length: UInt64 = lengthBytes == 0 ? UInt64(short) : 0
        for index in 0..<lengthBytes { length = length << 8 | UInt64(heldByte(2 + index)) }
        if lengthBytes == 2, length < 126 { return .failure(.lengthNotMinimal) }
        if lengthBytes == 8, length < 65_536 { return .failure(.lengthNotMinimal) }
        if length > UInt64(Int64.max) { return .failure(.lengthOverflow) }
        guard isMasked else {
            return .success(WebSocketFrameHead(opcode: opcode, isFinal: isFinal, length: Int(length), mask: 0))
        }
        guard heldCount == 6 + lengthBytes else { return nil }
        var mask: UInt32 = 0
        for index in (0..<4).reversed() { mask = mask << 8 | UInt32(heldByte(2 + lengthBytes + index)) }
        return .success(WebSocketFrameHead(opcode: opcode, isFinal: isFinal, length: Int(length), mask: mask))
    }
}

/// Masking of payloads (RFC 6455 section 5.3).
package enum WebSocketMask {
    /// Applies `mask` to bytes that begin at position `offset` of a frame's payload; the same again takes it off.
    package static func apply(_ mask: UInt32, to bytes: UnsafeMutableRawBufferPointer, offset: Int) {
        if mask == 0 { return }
        let shift = UInt32(offset & 3) * 8
        let turned = shift == 0 ? mask : mask >> shift | mask << (32 - shift)
        let wide = UInt64(turned) << 32 | UInt64(turned)
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            bytes.storeBytes(of: word ^ wide.littleEndian, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < bytes.count {
            bytes[index] ^= UInt8(truncatingIfNeeded: turned >> (UInt32(index & 3) * 8))
            index += 1
        }
    }
}
