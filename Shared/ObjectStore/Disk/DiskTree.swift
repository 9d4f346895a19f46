import Crypto
import Glibc
import Platform

/// The folders of a disk store and what is done in them. Every method blocks; the actors of the store call them.
///
/// `objects/<key>` holds the content, `records/<key>` the notes about it, `incoming` what is still being written.
struct DiskTree: Sendable {
    let root: String

    private static let chunkBytes = 256 << 10
    /// What is left in `incoming` by a crash is removed at the next start, once it is this old.
    private static let leftoverAge = Duration.seconds(86_400)

    func object(_ key: ObjectKey) -> String { "\(root)/objects/\(key)" }
    func record(_ key: ObjectKey) -> String { "\(root)/records/\(key)" }
    func newIncoming() -> String { "\(root)/incoming/\(Identifier.make())" }

    func prepare() throws(ObjectStoreError) {
        for folder in ["objects", "records", "incoming"] { try FileSystem.makeFolders("\(root)/\(folder)") }
        let now = SystemTime().wall
        for entry in try FileSystem.names(in: "\(root)/incoming") {
            let path = "\(root)/incoming/\(entry.name)"
            guard let status = try FileSystem.status(of: path), !status.isFolder else { continue }
            if now.duration(since: status.modified) > Self.leftoverAge { try FileSystem.remove(path) }
        }
    }

    /// Gives the complete and synced file at `path` its name.
    func publish(
        _ path: String, as key: ObjectKey, sha256: String, contentType: String
    ) throws(ObjectStoreError) -> ObjectMetadata {
        guard let status = try FileSystem.status(of: path) else { throw ObjectStoreError(.io, "the file has vanished") }
        let record = ObjectRecord(
            inode: status.inode, byteCount: status.byteCount, sha256: sha256, contentType: contentType)
        try write(record, for: key)
        try move(path, to: object(key))
        return metadata(key, status, record)
    }

    /// Stores an existing file: by rename on the same file system, by copying elsewhere. It is gone afterwards.
    func adopt(
        _ path: String, as key: ObjectKey, contentType: String
    ) throws(ObjectStoreError) -> ObjectMetadata {
        guard let file = try FileSystem.openIfPresent(path), try !FileSystem.status(of: file).isFolder else {
            throw ObjectStoreError(.notFound, "there is no file to store")
        }
        let incoming = newIncoming()
        if rename(path, incoming) == 0 {
            do throws(ObjectStoreError) {
                try FileSystem.sync(file)
                chmod(incoming, 0o600)
                return try publish(incoming, as: key, sha256: try digest(file), contentType: contentType)
            } catch {
                // The caller keeps its file after a failure.
                rename(incoming, path)
                throw error
            }
        }
        guard errno == EXDEV else { throw FileSystem.failure("rename") }
        do throws(ObjectStoreError) {
            let sha256 = try copy(file, to: incoming)
            let metadata = try publish(incoming, as: key, sha256: sha256, contentType: contentType)
            try FileSystem.remove(path)
            return metadata
        } catch {
            unlink(incoming)
            throw error
        }
    }

    private func copy(_ source: borrowing FileDescriptor, to path: String) throws(ObjectStoreError) -> String {
        let target = try FileSystem.create(path)
        var digest = DigestState(.sha256)
        var offset: Int64 = 0
        while true {
            let chunk = try FileSystem.read(source, at: offset, count: Self.chunkBytes)
            try FileSystem.writeAll(chunk, to: target)
            digest.update(chunk)
            offset += Int64(chunk.count)
            if chunk.count < Self.chunkBytes { break }
        }
        try FileSystem.sync(target)
        return Hex.encode(digest.finish())
    }

    /// Writes the record under a temporary name and renames it, so that a reader never sees half of it.
    private func write(_ record: ObjectRecord, for key: ObjectKey) throws(ObjectStoreError) {
        let path = newIncoming()
        do throws(ObjectStoreError) {
            let file = try FileSystem.create(path)
            try FileSystem.writeAll(record.bytes, to: file)
            try FileSystem.sync(file)
            try move(path, to: self.record(key))
        } catch {
            unlink(path)
            throw error
        }
    }

    /// rename(2), with the folder synced. Folders may be removed by a delete in between: then they are made again.
    private func move(_ path: String, to target: String) throws(ObjectStoreError) {
        let folder = FileSystem.parent(of: target)
        for attempt in 1...8 {
            try FileSystem.makeFolders(folder)
            if rename(path, target) == 0 { return try FileSystem.syncFolder(folder) }
            guard errno == ENOENT, attempt < 8 else { throw FileSystem.failure("rename") }
        }
    }

    func metadata(_ key: ObjectKey) throws(ObjectStoreError) -> ObjectMetadata? {
        guard let file = try FileSystem.openIfPresent(object(key)) else { return nil }
        return try metadata(key, of: file)
    }

    /// What a listing says about an object; `nil` for a folder and where nothing is.
    func entry(_ key: ObjectKey) throws(ObjectStoreError) -> ObjectEntry? {
        guard let status = try FileSystem.status(of: object(key)), !status.isFolder else { return nil }
        return ObjectEntry(key: key, byteCount: status.byteCount, modified: status.modified)
    }

    /// What is known about an open object; `nil` for a folder.
    func metadata(_ key: ObjectKey, of file: borrowing FileDescriptor) throws(ObjectStoreError) -> ObjectMetadata? {
        let status = try FileSystem.status(of: file)
        guard !status.isFolder else { return nil }
        if let record = try readRecord(key), record.describes(status) { return metadata(key, status, record) }
        let record = ObjectRecord(
            inode: status.inode, byteCount: status.byteCount, sha256: try digest(file),
            contentType: "application/octet-stream")
        try write(record, for: key)
        return metadata(key, status, record)
    }

    private func readRecord(_ key: ObjectKey) throws(ObjectStoreError) -> ObjectRecord? {
        guard let file = try FileSystem.openIfPresent(record(key)) else { return nil }
        guard try !FileSystem.status(of: file).isFolder else { return nil }
        return ObjectRecord(try FileSystem.read(file, at: 0, count: 4096))
    }

    private func metadata(_ key: ObjectKey, _ status: FileSystem.Status, _ record: ObjectRecord) -> ObjectMetadata {
        ObjectMetadata(
            key: key, byteCount: status.byteCount, sha256: record.sha256, contentType: record.contentType,
            modified: status.modified)
    }

    /// SHA-256 of the whole file in hex.
    func digest(_ file: borrowing FileDescriptor) throws(ObjectStoreError) -> String {
        var digest = DigestState(.sha256)
        var offset: Int64 = 0
        while true {
            let chunk = try FileSystem.read(file, at: offset, count: Self.chunkBytes)
            digest.update(chunk)
            offset += Int64(chunk.count)
            if chunk.count < Self.chunkBytes { return Hex.encode(digest.finish()) }
        }
    }

    func delete(_ key: ObjectKey) throws(ObjectStoreError) {
        if let status = try FileSystem.status(of: object(key)), status.isFolder { return }
        // The object first: a record alone is harmless, an object without one would be digested again.
        let existed = try FileSystem.remove(object(key))
        if existed { try FileSystem.syncFolder(FileSystem.parent(of: object(key))) }
        try FileSystem.remove(record(key))
        removeEmptyFolders(from: FileSystem.parent(of: object(key)), upTo: "\(root)/objects")
        removeEmptyFolders(from: FileSystem.parent(of: record(key)), upTo: "\(root)/records")
    }

    func deletePrefix(_ prefix: ObjectPrefix) throws(ObjectStoreError) -> Int {
        let path = prefix.description.dropLast()
        let objects = "\(root)/objects" + (path.isEmpty ? "" : "/\(path)")
        let records = "\(root)/records" + (path.isEmpty ? "" : "/\(path)")
        let count = try removeContent(of: objects)
        _ = try removeContent(of: records)
        removeEmptyFolders(from: objects, upTo: "\(root)/objects")
        removeEmptyFolders(from: records, upTo: "\(root)/records")
        return count
    }

    private func removeContent(of folder: String) throws(ObjectStoreError) -> Int {
        var count = 0
        for entry in try FileSystem.names(in: folder) {
            let path = "\(folder)/\(entry.name)"
            if entry.isFolder {
                count += try removeContent(of: path)
                rmdir(path)
            } else if try FileSystem.remove(path) {
                count += 1
            }
        }
        if count > 0 { try FileSystem.syncFolder(folder) }
        return count
    }

    /// rmdir(2) upwards until one is not empty; that others fill a folder meanwhile is no error.
    private func removeEmptyFolders(from folder: String, upTo top: String) {
        var folder = folder
        while folder.utf8.count > top.utf8.count, rmdir(folder) == 0 { folder = FileSystem.parent(of: folder) }
    }
}
