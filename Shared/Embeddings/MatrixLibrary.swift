internal import COpenBLAS
internal import Glibc

/// OpenBLAS, loaded when the first text is to be embedded, so that a service that embeds nothing does not pay for it.
///
/// It runs on the thread that calls it; the embedder brings threads of its own.
final class MatrixLibrary: Sendable {
    /// What OpenBLAS says its code was chosen for, such as `SkylakeX`.
    let coreName: String

    private let functions: copenblas_library

    /// Loads the library once for the whole process.
    static func shared() throws(EmbeddingError) -> MatrixLibrary {
        guard let library else {
            throw EmbeddingError(.libraryUnavailable, "OpenBLAS cannot be loaded; it is in Debian's libopenblas0")
        }
        return library
    }

    private static let library = MatrixLibrary()

    private init?() {
        Self.prepareEnvironment()
        var functions = copenblas_library()
        guard copenblas_open("libopenblas.so.0", &functions) == 0 else { return nil }
        functions.set_threads(1)
        coreName = functions.core_name().map { String(cString: $0) } ?? "unknown"
        self.functions = functions
    }

    /// Sets what OpenBLAS reads when it is loaded, unless somebody has set it: `OPENBLAS_CORETYPE` and
    /// `OPENBLAS_NUM_THREADS`.
    ///
    /// setenv(3) must not run while another thread reads the environment, so a program calls this before it starts
    /// threads (``NativeEmbedder/prepareProcess()``); called again it changes nothing.
    static func prepareEnvironment() {
        if getenv("OPENBLAS_CORETYPE") == nil, let name = CoreType.name(for: .current) {
            setenv("OPENBLAS_CORETYPE", name, 0)
        }
        if getenv("OPENBLAS_NUM_THREADS") == nil { setenv("OPENBLAS_NUM_THREADS", "1", 0) }
    }

    /// c = a × bᵀ, all row by row: `a` has `rows` rows of `depth` numbers, `b` has `columns` rows of `depth` numbers, and
    /// the rows of `c` begin `stride` numbers apart.
    func multiply(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, rows: Int,
        columns: Int, depth: Int, stride: Int
    ) {
        withUnsafePointer(to: functions) {
            copenblas_multiply($0, a, b, c, Int32(rows), Int32(columns), Int32(depth), Int32(stride))
        }
    }
}

// Safe to share: pointers to functions of a library that is never unloaded.
extension copenblas_library: @retroactive @unchecked Sendable {}
