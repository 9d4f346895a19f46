import HTTPMessages

/// Which paths may be passed on as they are.
enum ForwardedPath {
    /// Whether all servers read the path alike: no empty, `.` or `..` segments, no encoded slash or backslash, no control
    /// characters. Anything else could mean one route here and another one behind.
    static func isUnambiguous(_ path: String) -> Bool {
        var path = path
        return path.withUTF8 { bytes in
            guard bytes.first == slash else { return false }
            return bytes.dropFirst().split(separator: slash, omittingEmptySubsequences: false).allSatisfy(isPlain)
        }
    }

    private static let slash = UInt8(ascii: "/")

    private static func isPlain(_ segment: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        // Most segments are letters, digits and dashes.
        guard
            segment.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "\\") })
        else { return !segment.isEmpty }
        guard let decoded = PercentCoding.decode(String(decoding: segment, as: UTF8.self)) else { return false }
        return decoded != "." && decoded != ".."
            && decoded.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != slash && $0 != UInt8(ascii: "\\") }
    }
}
