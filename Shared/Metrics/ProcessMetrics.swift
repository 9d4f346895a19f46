import Glibc

extension MetricRegistry {
    /// Adds the customary readings of the process itself: memory, processor time, descriptors, start time.
    package func addProcessReadings() {
        reading("process_resident_memory_bytes", help: "Resident memory size in bytes.") {
            Double(ProcessReading.residentPages() * Int(getpagesize()))
        }
        reading("process_cpu_seconds_total", help: "User and system processor time in seconds.") {
            ProcessReading.processorSeconds()
        }
        reading("process_open_fds", help: "Open file descriptors.") { Double(ProcessReading.openDescriptors()) }
        let start = Double(time(nil))
        reading("process_start_time_seconds", help: "Start time in seconds since 1970.") { start }
    }
}

enum ProcessReading {
    /// The second number of /proc/self/statm (proc(5)); 0 when it cannot be read.
    static func residentPages() -> Int {
        var buffer = [UInt8](repeating: 0, count: 128)
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return 0 }
        let words = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
        return words.count > 1 ? Int(words[1]) ?? 0 : 0
    }

    static func processorSeconds() -> Double {
        var clock = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &clock)
        return Double(clock.tv_sec) + Double(clock.tv_nsec) / 1e9
    }

    static func openDescriptors() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        // Less `.`, `..` and the descriptor of the listing itself.
        var count = -3
        while readdir(folder) != nil { count += 1 }
        return max(0, count)
    }
}
