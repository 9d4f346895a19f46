import CCurl

/// Owner of the libcurl multi handle (`curl_multi_init`, `curl_multi_cleanup`), which holds the connections. Everything
/// but waking happens on the curl thread.
struct MultiHandle: ~Copyable {
    private let raw: UnsafeMutableRawPointer

    init() throws(HTTPClientError) {
        guard lectern_curl_load(), let raw = lectern_curl_multi_init() else {
            throw HTTPClientError(.unavailable, "libcurl cannot be loaded.")
        }
        self.raw = raw
    }

    func configure(_ options: HTTPClientOptions) throws(HTTPClientError) {
        try set(CURLMOPT_MAXCONNECTS, options.idleConnectionsMax)
        try set(CURLMOPT_MAX_HOST_CONNECTIONS, options.connectionsPerHostMax)
        try set(CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    }

    deinit { _ = lectern_curl_multi_cleanup(raw) }

    func add(_ easy: borrowing EasyHandle) -> Bool { lectern_curl_multi_add(raw, easy.raw) == CURLM_OK }

    /// Ends the transfer wherever it is; an unfinished one loses its connection.
    func remove(_ easy: borrowing EasyHandle) { _ = lectern_curl_multi_remove(raw, easy.raw) }

    /// Moves every transfer on as far as it goes without waiting.
    func perform() -> Bool {
        var running: Int32 = 0
        return lectern_curl_multi_perform(raw, &running) == CURLM_OK
    }

    /// Waits for a socket, one of libcurl's own timers, a wake-up or the end of `milliseconds`.
    func poll(milliseconds: Int32) {
        var ready: Int32 = 0
        _ = lectern_curl_multi_poll(raw, milliseconds, &ready)
    }

    /// Ends a `poll` early, from any thread (curl_multi_wakeup(3)); not to be called once the handle is gone.
    var waker: @Sendable () -> Void {
        // Safe to share: the number is only handed to curl_multi_wakeup, which may be called from any thread.
        nonisolated(unsafe) let raw = self.raw
        return { _ = lectern_curl_multi_wakeup(raw) }
    }

    func nextFinished() -> (easy: UnsafeMutableRawPointer, result: CURLcode)? {
        var easy: UnsafeMutableRawPointer?
        var result = CURLE_OK
        guard lectern_curl_multi_next_finished(raw, &easy, &result), let easy else { return nil }
        return (easy, result)
    }

    private func set(_ option: CURLMoption, _ value: Int) throws(HTTPClientError) {
        guard lectern_curl_multi_set_long(raw, option, value) == CURLM_OK else {
            throw HTTPClientError(.unavailable, "libcurl refuses an option.")
        }
    }
}
