import Glibc
package import Platform

/// The machine's own clock together with the name of the boot it counts from.
///
/// Leases and delays are stored as such a pair: setting the time of day does not move them, and after a reboot they are
/// recognised as belonging to a machine that no longer runs anything. All workers on one SQLite database share a machine.
package struct MachineClock: Sendable {
    package let time: any TimeSource
    /// The kernel's random name for this boot.
    package let boot: String

    /// `boot` is read from the kernel (random(4)) unless given, as tests do that play a reboot.
    package init(time: any TimeSource, boot: String? = nil) {
        self.time = time
        self.boot = boot ?? Self.bootOfThisMachine
    }

    /// Nanoseconds since that boot.
    package var now: Int64 { time.monotonic.nanoseconds }

    /// The same a while from now; a while ago for a negative duration.
    package func nanoseconds(after duration: Duration) -> Int64 { (time.monotonic + duration).nanoseconds }

    private static let bootOfThisMachine: String = {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "unknown" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self)
    }()
}
