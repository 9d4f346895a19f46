import CCurl

/// Owner of one libcurl easy handle (`curl_easy_init`, `curl_easy_cleanup`). Used on the curl thread only.
struct EasyHandle: ~Copyable {
    let raw: UnsafeMutableRawPointer

    init() throws(HTTPClientError) {
        guard let raw = lectern_curl_easy_init() else {
            throw HTTPClientError(.unavailable, "libcurl has no memory for another transfer.")
        }
        self.raw = raw
    }

    deinit { lectern_curl_easy_cleanup(raw) }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try check(lectern_curl_set_long(raw, option, value))
    }

    func set(_ option: CURLoption, offset: Int) throws(HTTPClientError) {
        try check(lectern_curl_set_offset(raw, option, offset))
    }

    /// libcurl copies the text. Text with a NUL would be cut off there; validation has refused control characters.
    func set(_ option: CURLoption, _ text: String) throws(HTTPClientError) {
        try check(lectern_curl_set_string(raw, option, text))
    }

    func set(_ option: CURLoption, _ pointer: UnsafeRawPointer?) throws(HTTPClientError) {
        try check(lectern_curl_set_pointer(raw, option, pointer))
    }

    /// The list must outlive the transfer.
    func set(_ option: CURLoption, _ list: borrowing TextList) throws(HTTPClientError) {
        try check(lectern_curl_set_list(raw, option, list.raw))
    }

    func setWriteFunction(_ option: CURLoption, _ function: curl_write_callback) throws(HTTPClientError) {
        try check(lectern_curl_set_write(raw, option, function))
    }

    func setReadFunction(_ function: curl_read_callback) throws(HTTPClientError) {
        try check(lectern_curl_set_read(raw, function))
    }

    func setSeekFunction(_ function: curl_seek_callback) throws(HTTPClientError) {
        try check(lectern_curl_set_seek(raw, function))
    }

    /// Called about once a second; a result other than 0 ends the transfer.
    func setProgressFunction(_ function: curl_xferinfo_callback) throws(HTTPClientError) {
        try check(lectern_curl_set_progress(raw, function))
    }

    /// Called with each address before a connection to it is opened (CURLOPT_OPENSOCKETFUNCTION(3)).
    func setOpenSocketFunction(_ function: curl_opensocket_callback) throws(HTTPClientError) {
        try check(lectern_curl_set_open_socket(raw, function))
    }

    /// Forgets all options; connections stay.
    func reset() { lectern_curl_easy_reset(raw) }

    /// Does the whole transfer on the calling thread (curl_easy_perform(3)).
    func perform() -> CURLcode { lectern_curl_easy_perform(raw) }

    /// Lets a paused transfer go on; libcurl may call the write function before this returns (curl_easy_pause(3)).
    func resume() { _ = lectern_curl_easy_pause(raw, CURLPAUSE_CONT) }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return lectern_curl_get_long(raw, info, &value) == CURLE_OK ? value : 0
    }

    private func check(_ code: CURLcode) throws(HTTPClientError) {
        guard code == CURLE_OK else {
            throw HTTPClientError(.unavailable, "libcurl refuses an option.", curlCode: code.rawValue)
        }
    }
}

/// Owner of a `curl_slist`.
struct TextList: ~Copyable {
    private(set) var raw: UnsafeMutablePointer<curl_slist>?

    init() { raw = nil }

    deinit { if let raw { lectern_curl_list_free(raw) } }

    /// libcurl copies the line.
    mutating func append(_ line: String) throws(HTTPClientError) {
        guard let longer = lectern_curl_list_append(raw, line) else {
            throw HTTPClientError(.unavailable, "libcurl has no memory for a list.")
        }
        raw = longer
    }
}
