/// Method, target and version of a request (RFC 9112 section 3), exactly one space between them.
struct HTTPRequestLine: Sendable {
    private var method = HTTPMethod.get
    private var target = ""
    /// The host of a target in absolute form; it stands for whatever `Host` says (RFC 9112 section 3.2.2).
    private(set) var targetHost: String?
    private(set) var versionMinor = 1

    /// A longer method is no method anybody registered.
    static let methodBytesMax = 32

    func head(fields: HTTPFields) -> HTTPRequestHead {
        HTTPRequestHead(method: method, target: target, fields: fields, versionMinor: versionMinor)
    }

    /// Whether the method is one of HTTP/1.1 itself that this server could mean.
    var hasClassicMethod: Bool {
        switch method {
        case .get, .head, .post, .put, .delete, .options: true
        default: false
        }
    }

    /// Reads the line without its line end. Returns the failure, if any.
    mutating func parse(_ line: UnsafeRawBufferPointer) -> HTTPParseFailure? {
        var methodEnd = 0
        while methodEnd < line.count, ASCII.isTokenByte(line[methodEnd]) { methodEnd += 1 }
        guard methodEnd > 0, methodEnd <= Self.methodBytesMax else { return .invalidMethod }
        guard methodEnd < line.count else { return .malformedRequestLine }
        guard line[methodEnd] == ASCII.space else { return .invalidMethod }
        let targetStart = methodEnd + 1
        var targetEnd = targetStart
        while targetEnd < line.count, Self.isTargetByte(line[targetEnd]) { targetEnd += 1 }
        guard targetEnd < line.count else { return .malformedRequestLine }
        guard targetEnd > targetStart, line[targetEnd] == ASCII.space else { return .invalidTarget }
        if let failure = parse(version: UnsafeRawBufferPointer(rebasing: line[(targetEnd + 1)...])) { return failure }
        method = Self.method(UnsafeRawBufferPointer(rebasing: line[..<methodEnd]))
        return parse(target: UnsafeRawBufferPointer(rebasing: line[targetStart..<targetEnd]))
    }

    /// Origin form for all, asterisk form for OPTIONS, absolute form turned into these (RFC 9112 section 3.2). Authority
    /// form is for proxies, which this is not.
    private mutating func parse(target bytes: UnsafeRawBufferPointer) -> HTTPParseFailure? {
        let isAsterisk = bytes.count == 1 && bytes[0] == UInt8(ascii: "*")
        guard bytes[0] == ASCII.slash || (isAsterisk && method == .options) else { return parse(absoluteForm: bytes) }
        target = String(ascii: bytes)
        return nil
    }

    private mutating func parse(absoluteForm bytes: UnsafeRawBufferPointer) -> HTTPParseFailure? {
        let rest: Slice<UnsafeRawBufferPointer>
        if ASCII.equals(bytes.prefix(7), lowercase: "http://") {
            rest = bytes.dropFirst(7)
        } else if ASCII.equals(bytes.prefix(8), lowercase: "https://") {
            rest = bytes.dropFirst(8)
        } else {
            return .invalidTarget
        }
        let hostEnd = rest.firstIndex { $0 == ASCII.slash || $0 == ASCII.questionMark } ?? rest.endIndex
        let host = String(ascii: UnsafeRawBufferPointer(rebasing: rest[..<hostEnd]))
        guard HTTPHost.isValid(host) else { return .invalidTarget }
        targetHost = host
        let path = String(ascii: UnsafeRawBufferPointer(rebasing: rest[hostEnd...]))
        if path.isEmpty {
            target = method == .options ? "*" : "/"
        } else {
            target = path.utf8.first == ASCII.slash ? path : "/" + path
        }
        return nil
    }

    private mutating func parse(version: UnsafeRawBufferPointer) -> HTTPParseFailure? {
        guard let minor = HTTPVersion.minor(version) else {
            return HTTPVersion.isWellFormed(version) ? .unsupportedVersion : .malformedRequestLine
        }
        versionMinor = minor
        return nil
    }

    /// Visible ASCII; a fragment is never sent (RFC 9112 section 3.2).
    @inline(__always)
    private static func isTargetByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#")
    }

    private static func method(_ bytes: UnsafeRawBufferPointer) -> HTTPMethod {
        if bytes.count == 3, bytes[0] == UInt8(ascii: "G"), bytes[1] == UInt8(ascii: "E"), bytes[2] == UInt8(ascii: "T")
        {
            return .get
        }
        return HTTPMethod(rawValue: String(ascii: bytes))
    }
}

enum HTTPVersion {
    /// 0 or 1 for `HTTP/1.0` and `HTTP/1.1`.
    @inline(__always)
    static func minor(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count == 8 else { return nil }
        switch UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)) {
        case 0x4854_5450_2F31_2E31: return 1
        case 0x4854_5450_2F31_2E30: return 0
        default: return nil
        }
    }

    /// Whether it is a version at all: `HTTP/`, a digit, a dot, a digit.
    static func isWellFormed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count == 8 && bytes.starts(with: "HTTP/".utf8) && ASCII.isDigit(bytes[5])
            && bytes[6] == UInt8(ascii: ".") && ASCII.isDigit(bytes[7])
    }
}

/// The value of `Host` (RFC 9110 section 7.2, RFC 3986 section 3.2.2).
enum HTTPHost {
    /// Whether it is a host with an optional port; an empty one, user information and lists are refused.
    static func isValid(_ text: String) -> Bool {
        var copy = text
        return copy.withUTF8 { isValid(UnsafeRawBufferPointer($0)) }
    }

    private static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first, bytes.count <= 255 + 6 else { return false }
        var index = 0
        if first == UInt8(ascii: "[") {
            // An address in brackets: hexadecimal digits, colons and dots. Zones and future forms are not for Host.
            index = 1
            while index < bytes.count, bytes[index] != UInt8(ascii: "]") {
                let byte = bytes[index]
                guard ASCII.hexValue(byte) != nil || byte == ASCII.colon || byte == UInt8(ascii: ".") else {
                    return false
                }
                index += 1
            }
            guard index > 2, index < bytes.count else { return false }
            index += 1
        } else {
            while index < bytes.count, bytes[index] != ASCII.colon {
                guard isNameByte(bytes[index]) else { return false }
                if bytes[index] == ASCII.percent {
                    guard index + 2 < bytes.count, ASCII.hexValue(bytes[index + 1]) != nil,
                        ASCII.hexValue(bytes[index + 2]) != nil
                    else { return false }
                }
                index += 1
            }
            guard index > 0 else { return false }
        }
        guard index < bytes.count else { return true }
        guard bytes[index] == ASCII.colon, bytes.count - index <= 6 else { return false }
        return bytes[(index + 1)...].allSatisfy(ASCII.isDigit)
    }

    /// `unreserved`, `pct-encoded` and `sub-delims`, but no comma: a list of hosts must not pass as one.
    @inline(__always)
    private static func isNameByte(_ byte: UInt8) -> Bool {
        if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "!"),
            UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="), ASCII.percent:
            return true
        default: return false
        }
    }
}
