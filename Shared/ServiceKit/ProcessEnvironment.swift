import Glibc
package import Platform

/// The environment a process was started with.
package enum ProcessEnvironment {
    /// Read from /proc/self/environ (proc(5)): unlike `environ` it cannot change under a reader in another thread.
    package static func read() -> [String: String] {
        guard let text = TextFile.read("/proc/self/environ") else { return [:] }
        var values: [String: String] = [:]
        for entry in text.split(separator: "\0") {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            values[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
        }
        return values
    }
}

/// Small files read whole, at start.
enum TextFile {
    /// Larger files are not read.
    static let bytesMax = 1 << 20

    /// The text of the file, or nil when it cannot be read, is too large, or is not UTF-8.
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 || bytes.count > bytesMax { return nil }
            if count == 0 { return String(validating: bytes, as: UTF8.self) }
            bytes.append(contentsOf: buffer[..<count])
        }
    }
}

/// Folders made at start.
package enum Folder {
    /// Makes the folder and those above it; new ones are for their owner alone (mode 0700).
    ///
    /// - Throws: `SystemError` when that is not possible.
    package static func create(_ path: String) throws(SystemError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += part + "/"
            if mkdir(partial, 0o700) != 0, errno != EEXIST, errno != EISDIR {
                throw SystemError(code: errno, call: "mkdir")
            }
        }
    }
}
