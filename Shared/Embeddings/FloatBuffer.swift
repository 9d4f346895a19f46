/// Owns memory for single precision numbers, aligned for the widest registers; freed when released.
final class FloatBuffer {
    let start: UnsafeMutablePointer<Float>

    init(count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
        start = memory.initializeMemory(as: Float.self, repeating: 0, count: max(count, 1))
    }

    deinit {
        start.deallocate()
    }
}
