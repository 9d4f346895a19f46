import Glibc
import Platform

/// The folder with the prompt files. A file that is edited counts from the next answer on; nothing has to be restarted.
package struct PromptFolder: Sendable {
    /// Larger files are refused.
    package static let fileBytesMax = 64 << 10

    private let path: String

    package init(path: String) { self.path = path }

    /// The template in the file `name.txt`. Reads a small file that the system keeps in memory, so it may be called on an
    /// event loop.
    /// - Throws: `PromptError` when there is no such file, or it is no template.
    package func template(_ name: String) throws(PromptError) -> PromptTemplate {
        guard let bytes = Self.read("\(path)/\(name).txt") else {
            throw PromptError("the prompt \(name).txt cannot be read or is too large")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PromptError("the prompt \(name).txt is not UTF-8")
        }
        return try PromptTemplate(text)
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = try? FileDescriptor.openForReading(path: path), let status = try? file.fileStatus(),
            status.isRegularFile, status.byteCount <= fileBytesMax
        else { return nil }
        let size = Int(status.byteCount)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = pread(file.rawValue, buffer.baseAddress?.advanced(by: count), size - count, count)
                guard got > 0 else { break }
                count += got
            }
        }
    }
}
