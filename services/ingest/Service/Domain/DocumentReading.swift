import ReaderHost
import ReaderProtocol

/// Reads files that users sent, somewhere they can do no harm: in ``ReaderPool``'s processes, outside of tests.
protocol DocumentReading: Sendable {
    /// Opens a document without reading pages. Throws `ReaderFailure`.
    func inspect(_ path: String, password: String?) async throws -> DocumentInfo

    /// Reads the pages that `wanted` names and hands each once to `deliver`; see `ReaderPool.read`.
    func read(
        _ path: String, password: String?, wanted: @Sendable (DocumentInfo) async throws -> [Int],
        deliver: @escaping @Sendable ([PageReading]) async throws -> Void
    ) async throws -> DocumentInfo

    /// Draws a page as PNG. Throws `ReaderFailure`.
    func picture(of path: String, page: Int, width: Int, password: String?) async throws -> [UInt8]
}

extension ReaderPool: DocumentReading {}
