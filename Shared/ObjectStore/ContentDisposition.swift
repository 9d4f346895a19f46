import HTTPMessages

/// The field with which a server names a file (RFC 6266).
package enum ContentDisposition {
    /// To be saved under `fileName`: in ASCII for old clients, and as it is for the others. Path separators and control
    /// characters become underscores.
    package static func attachment(_ fileName: String) -> String {
        let clean = String(
            fileName.unicodeScalars.map { scalar in
                let isOdd =
                    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                    || "/\\\"".unicodeScalars.contains(scalar)
                return isOdd ? "_" : Character(scalar)
            })
        let plain = String(clean.unicodeScalars.map { $0.isASCII ? Character($0) : "_" })
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(PercentCoding.encode(clean))"
    }
}
