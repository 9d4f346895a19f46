import Glibc
import Platform

/// A destination of finished lines; used by the thread of one `LogWriter` only.
protocol LogOutput: AnyObject {
    var format: LogLineFormat { get }
    /// Writes whole lines. Failures are swallowed: there is nowhere left to report them, and a full disk must not stop
    /// the service.
    func write(_ bytes: [UInt8])
}

/// Lines to a descriptor that stays open, such as standard error.
final class DescriptorOutput: LogOutput {
    let format: LogLineFormat
    private let descriptor: Int32

    init(descriptor: Int32, format: LogLineFormat) {
        self.descriptor = descriptor
        self.format = format
    }

    func write(_ bytes: [UInt8]) {
        writeWhole(bytes, to: descriptor)
    }
}

/// Lines to a file that is put aside when it has grown to its limit: `name.log` becomes `name.log.1`, that `.2`, and so
/// on; the oldest is deleted.
final class RotatingFileOutput: LogOutput {
    let format: LogLineFormat
    private let path: String
    private let bytesMax: Int
    private let keptFiles: Int
    private var descriptor: Int32 = -1
    private var size = 0

    init(path: String, format: LogLineFormat, bytesMax: Int, keptFiles: Int) {
        self.path = path
        self.format = format
        self.bytesMax = bytesMax
        self.keptFiles = keptFiles
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func write(_ bytes: [UInt8]) {
        if descriptor < 0 { openFile() }
        if size > 0, size + bytes.count > bytesMax { rotate() }
        guard descriptor >= 0 else { return }
        writeWhole(bytes, to: descriptor)
        size += bytes.count
    }

    private func openFile() {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        var status = stat()
        size = descriptor >= 0 && fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    private func rotate() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        unlink("\(path).\(keptFiles)")
        for number in stride(from: keptFiles - 1, through: 1, by: -1) {
            rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        rename(path, "\(path).1")
        openFile()
    }
}

/// write(2) until everything is out or it fails for good.
private func writeWhole(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
