internal import CLinux

/// How the process keeps its memory.
package enum ProcessMemory {
    /// Bounds the heaps of glibc's allocator. It would keep one per thread, up to eight per core; two serve a few threads
    /// as well and keep an idle service small. To be called before threads are made (mallopt(3), M_ARENA_MAX).
    package static func limitHeaps() {
        clinux_limit_heaps(2)
    }
}
