import Glibc
import Platform

/// The file calls that a disk store needs, each with its error named once. All of them block.
enum FileSystem {
    /// What stat(2) says about a regular file.
    struct Status {
        let byteCount: Int64
        let inode: UInt64
        let modified: Timestamp
        let isFolder: Bool
    }

    /// mkdir(2) with all parents. New folders are made durable in the folders they are in.
    static func makeFolders(_ path: String) throws(ObjectStoreError) {
        if mkdir(path, 0o700) == 0 { return try syncFolder(parent(of: path)) }
        switch errno {
        case EEXIST:
            return
        case ENOENT:
            try makeFolders(parent(of: path))
            if mkdir(path, 0o700) != 0, errno != EEXIST { throw failure("mkdir") }
            try syncFolder(parent(of: path))
        default:
            throw failure("mkdir")
        }
    }

    /// Creates a file that did not exist; open(2).
    static func create(_ path: String) throws(ObjectStoreError) -> FileDescriptor {
        let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw failure("open") }
        return FileDescriptor(adopting: number)
    }

    /// Opens a regular file for reading; `nil` when there is none.
    static func openIfPresent(_ path: String) throws(ObjectStoreError) -> FileDescriptor? {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if number >= 0 { return FileDescriptor(adopting: number) }
        if isAbsence(errno) { return nil }
        throw failure("open")
    }

    /// write(2) until all is written.
    static func writeAll(_ bytes: [UInt8], to file: borrowing FileDescriptor) throws(ObjectStoreError) {
        let number = file.rawValue
        let isDone = bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = write(number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
        guard isDone else { throw failure("write") }
    }

    /// pread(2) of up to `count` bytes; fewer only at the end of the file.
    static func read(
        _ file: borrowing FileDescriptor, at offset: Int64, count: Int
    ) throws(ObjectStoreError) -> [UInt8] {
        let number = file.rawValue
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let address = UnsafeMutableRawBufferPointer(buffer).baseAddress.map { $0 + filled }
                let step = pread(number, address, count - filled, off_t(offset) + filled)
                if step < 0, errno == EINTR { continue }
                failed = step < 0
                if step <= 0 { return }
                filled += step
            }
        }
        guard !failed else { throw failure("pread") }
        return bytes
    }

    static func sync(_ file: borrowing FileDescriptor) throws(ObjectStoreError) {
        guard fsync(file.rawValue) == 0 else { throw failure("fsync") }
    }

    /// fsync(2) of a folder, which makes the names in it durable.
    static func syncFolder(_ path: String) throws(ObjectStoreError) {
        guard let folder = try openIfPresent(path) else { throw ObjectStoreError(.io, "a folder has vanished") }
        try sync(folder)
    }

    static func status(of path: String) throws(ObjectStoreError) -> Status? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if isAbsence(errno) { return nil }
            throw failure("lstat")
        }
        return Status(status)
    }

    static func status(of file: borrowing FileDescriptor) throws(ObjectStoreError) -> Status {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { throw failure("fstat") }
        return Status(status)
    }

    /// unlink(2); whether there was such a file.
    @discardableResult
    static func remove(_ path: String) throws(ObjectStoreError) -> Bool {
        if unlink(path) == 0 { return true }
        if isAbsence(errno) { return false }
        throw failure("unlink")
    }

    /// The names in a folder, without `.` and `..`; empty when it does not exist.
    static func names(in path: String) throws(ObjectStoreError) -> [(name: String, isFolder: Bool)] {
        guard let folder = opendir(path) else {
            if isAbsence(errno) { return [] }
            throw failure("opendir")
        }
        defer { closedir(folder) }
        var names: [(name: String, isFolder: Bool)] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
                String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." { continue }
            names.append((name, entry.pointee.d_type == UInt8(DT_DIR)))
        }
        return names
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether an error number says that nothing is there: a part of the path may also be a file.
    static func isAbsence(_ number: Int32) -> Bool {
        number == ENOENT || number == ENOTDIR
    }

    /// The error of the call that has just failed; reads `errno`.
    static func failure(
        _ call: StaticString, file: String = #fileID, line: Int = #line
    ) -> ObjectStoreError {
        let underlying = SystemError.last(call)
        let (code, message): (ObjectStoreError.Code, String) =
            switch underlying.code {
            case ENOSPC, EDQUOT, EFBIG: (.full, "the disk is full")
            case EROFS, EACCES, EPERM: (.readOnly, "the store cannot be written")
            case ENOTDIR, EISDIR, ENAMETOOLONG: (.invalidKey, "a part of the key is an object, or the key is too long")
            default: (.io, "a file call failed")
            }
        return ObjectStoreError(code, message, underlying: underlying, file: file, line: line)
    }
}

extension FileSystem.Status {
    init(_ status: stat) {
        byteCount = Int64(status.st_size)
        inode = UInt64(status.st_ino)
        modified = Timestamp(
            millisecondsSince1970: Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000)
        isFolder = status.st_mode & S_IFMT == S_IFDIR
    }
}
