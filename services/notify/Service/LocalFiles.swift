import Glibc
import Platform

/// The few file calls of the service. They block: only on an executor of their own.
enum LocalFiles {
    /// The names in a folder, sorted, without those that begin with a dot.
    static func names(in folder: String) throws(SystemError) -> [String] {
        guard let stream = opendir(folder) else { throw SystemError(code: errno, call: "opendir") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { String(decodingCString: $0, as: UTF8.self) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// A whole file; nil when it has more than `bytesMax` bytes.
    static func read(_ path: String, bytesMax: Int) throws(SystemError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(code: errno, call: "open") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError(code: errno, call: "read")
            }
            bytes += buffer[..<count]
            if bytes.count > bytesMax { return nil }
        }
    }

    /// Writes a file whole or not at all: under another name first, synced, then renamed, and the folder synced.
    static func write(_ bytes: [UInt8], to folder: String, name: String) throws(SystemError) {
        let (path, scratch) = ("\(folder)/\(name)", "\(folder)/.\(name).part")
        let descriptor = open(scratch, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError(code: errno, call: "open") }
        do throws(SystemError) {
            defer { close(descriptor) }
            var written = 0
            while written < bytes.count {
                let count = bytes.withUnsafeBytes { buffer in
                    Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
                }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw SystemError(code: errno, call: "write")
                }
                written += count
            }
            guard fsync(descriptor) == 0 else { throw SystemError(code: errno, call: "fsync") }
        } catch {
            unlink(scratch)
            throw error
        }
        guard rename(scratch, path) == 0 else { throw SystemError(code: errno, call: "rename") }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw SystemError(code: errno, call: "open") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw SystemError(code: errno, call: "fsync") }
    }
}
