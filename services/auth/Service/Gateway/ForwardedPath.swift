import HTTPMessages

/// Which paths may be passed on as they are.
enum ForwardedPath {
    /// Whether all servers read the path alike: no empty, `.` or `..` segments, no encoded slash or backslash, no control
    /// characters. Anything else could mean one route here and another one behind.
    static func isUnambiguous(_ path: String) -> Bool {
        var path = path
        return path.withUTF8 { bytes in
            guard bytes.first == slash else { return false }
            // Nearly all paths are letters, digits and dashes in segments that are not empty; the rest is looked at closely.
            var isPlain = true
            var previous = UInt8(0)
            for byte in bytes {
                if byte == slash, previous == slash { return false }
                if byte == dot || byte == percent || byte == backslash { isPlain = false }
                previous = byte
            }
            if previous == slash { return false }
            return isPlain || bytes.dropFirst().split(separator: slash).allSatisfy(isHarmless)
        }
    }

    private static func isHarmless(_ segment: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let decoded = PercentCoding.decode(String(decoding: segment, as: UTF8.self)) else { return false }
        return decoded != "." && decoded != ".."
            && decoded.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != slash && $0 != backslash }
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
    private static let percent = UInt8(ascii: "%")
    private static let backslash = UInt8(ascii: "\\")
}
