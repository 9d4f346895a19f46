import Platform

/// What a disk store notes beside an object: one line in a file of its own.
///
/// It is written before the object gets its name and names the object's inode and size, so it can be told whether it
/// belongs to what is there. If not (a crash between the two, a file changed by hand), the digest is computed anew.
struct ObjectRecord: Equatable {
    let inode: UInt64
    let byteCount: Int64
    let sha256: String
    let contentType: String

    init(inode: UInt64, byteCount: Int64, sha256: String, contentType: String) {
        self.inode = inode
        self.byteCount = byteCount
        self.sha256 = sha256
        self.contentType = contentType
    }

    /// Reads the line; `nil` when it is not one of ours.
    init?(_ bytes: [UInt8]) {
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 3)
        guard parts.count == 4, let inode = UInt64(parts[0]), let byteCount = Int64(parts[1]),
            parts[2].utf8.count == 64, parts[3].hasSuffix("\n")
        else { return nil }
        self.init(
            inode: inode, byteCount: byteCount, sha256: String(parts[2]), contentType: String(parts[3].dropLast()))
    }

    var bytes: [UInt8] {
        Array("\(inode) \(byteCount) \(sha256) \(contentType)\n".utf8)
    }

    func describes(_ status: FileSystem.Status) -> Bool {
        inode == status.inode && byteCount == status.byteCount
    }
}
