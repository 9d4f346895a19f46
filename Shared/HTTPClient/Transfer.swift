import CCurl
import Glibc
import HTTPMessages
import Platform

/// One attempt at one request, as the curl thread sees it: created, driven and dropped there and nowhere else.
final class Transfer {
    let delivery: TransferDelivery
    let easy: EasyHandle
    private(set) var deadlines: TransferDeadlines
    private var headers = TextList()
    private var upload: UploadFile?
    private var headReader: ResponseHeadReader
    private var bodyBytes = 0
    private let bodyBytesMax: Int
    private(set) var isPaused = false
    /// Why one of our own functions stopped libcurl; libcurl itself then only reports a write or read error.
    private(set) var failure: HTTPClientError?
    /// Whether an address was refused because of the request's `reach`.
    private var hasRefusedAddress = false

    init(
        _ request: HTTPClientRequest, delivery: TransferDelivery, options: HTTPClientOptions, now: MonotonicInstant
    ) throws(HTTPClientError) {
        self.delivery = delivery
        easy = try EasyHandle()
        deadlines = TransferDeadlines(request.timeouts, start: now)
        headReader = ResponseHeadReader(bytesMax: options.headBytesMax)
        bodyBytesMax = request.responseBytesMax
        try setOptions(request, options)
        try setFields(request, options)
        try setBody(request)
        try setFunctions()
    }

    var wire: UnsafeMutableRawPointer { easy.raw }

    /// Called after the reader has made room.
    func resume(at now: MonotonicInstant) {
        guard isPaused else { return }
        isPaused = false
        deadlines.noteActivity(at: now)
        easy.resume()
    }

    /// What the end of the transfer means for the reader.
    func outcome(_ result: CURLcode) -> HTTPClientError? {
        if let failure { return failure }
        guard result != CURLE_OK else {
            return headReader.head == nil
                ? HTTPClientError(.connectionLost, "The peer closed the connection without an answer.") : nil
        }
        if hasRefusedAddress, result == CURLE_COULDNT_CONNECT {
            return HTTPClientError(.forbiddenAddress, "The host has no address of the public internet.")
        }
        let (code, message) = HTTPClientError.meaning(of: result)
        return HTTPClientError(code, message, curlCode: result.rawValue)
    }

    // MARK: Set-up

    private func setOptions(_ request: HTTPClientRequest, _ options: HTTPClientOptions) throws(HTTPClientError) {
        try easy.set(CURLOPT_URL, request.url)
        try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try easy.set(CURLOPT_FOLLOWLOCATION, 0)
        try easy.set(CURLOPT_PATH_AS_IS, 1)
        try easy.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // Environment variables such as http_proxy would lead calls between our own services elsewhere.
        try easy.set(CURLOPT_PROXY, "")
        try easy.set(CURLOPT_NOSIGNAL, 1)
        // Removing a transfer must not wait for its name resolution thread.
        try easy.set(CURLOPT_QUICK_EXIT, 1)
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: max(1, request.timeouts.connect.wholeMilliseconds)))
        try easy.set(CURLOPT_MAXAGE_CONN, options.idleConnectionSeconds)
        if let file = options.certificateFile { try easy.set(CURLOPT_CAINFO, file) }
        if !request.isRepeatable {
            // On a reused connection that turns out dead, libcurl sends the request a second time by itself
            // (Curl_retry_request). A request that must not be repeated gets a connection of its own.
            try easy.set(CURLOPT_FRESH_CONNECT, 1)
        }
        if request.reach == .publicInternet {
            // A connection that another request has opened would not be asked about.
            try easy.set(CURLOPT_FRESH_CONNECT, 1)
            try easy.set(CURLOPT_OPENSOCKETDATA, UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()))
            try easy.setOpenSocketFunction { context, _, address in
                guard let transfer = Transfer.of(context), let address else { return CURL_SOCKET_BAD }
                return transfer.openSocket(address)
            }
        }
    }

    private func setFields(_ request: HTTPClientRequest, _ options: HTTPClientOptions) throws(HTTPClientError) {
        for field in request.fields {
            let (name, value) = (field.name, field.value)
            // A name with a semicolon is libcurl's form for an empty value; with a colon it would remove the field.
            try headers.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        if request.fields.first(.userAgent) == nil { try headers.append("User-Agent: \(options.userAgent)") }
        if request.fields.first(.accept) == nil { try headers.append("Accept: */*") }
        // Fields that libcurl would add by itself: a wait for 100-continue, and a form type for every body.
        if request.fields.first(.expect) == nil { try headers.append("Expect:") }
        if request.fields.first(.contentType) == nil { try headers.append("Content-Type:") }
        try easy.set(CURLOPT_HTTPHEADER, headers)
    }

    private func setBody(_ request: HTTPClientRequest) throws(HTTPClientError) {
        switch request.body {
        case .none:
            if request.method == .head {
                try easy.set(CURLOPT_NOBODY, 1)
            } else if request.method != .get && request.method != .delete {
                try easy.set(CURLOPT_POSTFIELDSIZE, 0)
                try easy.set(CURLOPT_COPYPOSTFIELDS, "")
            }
        case .bytes(let bytes):
            try easy.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: bytes.count)
            // libcurl copies as many bytes as the size says; the pointer must not be null for that.
            if bytes.isEmpty {
                try easy.set(CURLOPT_COPYPOSTFIELDS, "")
            } else {
                try easy.set(CURLOPT_COPYPOSTFIELDS, bytes)
            }
        case .file(let path):
            try setUpload(try UploadFile(path: path))
        case .filePart(let path, let range):
            try setUpload(try UploadFile(path: path, range: range))
        }
        try easy.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    private func setUpload(_ file: consuming UploadFile) throws(HTTPClientError) {
        try easy.set(CURLOPT_UPLOAD, 1)
        try easy.set(CURLOPT_INFILESIZE_LARGE, offset: Int(file.length))
        upload = consume file
    }

    private func setFunctions() throws(HTTPClientError) {
        // Unretained: the loop keeps the transfer alive until its handle has been removed from libcurl.
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        try easy.set(CURLOPT_HEADERDATA, context)
        try easy.setWriteFunction(CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
            Transfer.of(context)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: count)) ?? 0
        }
        try easy.set(CURLOPT_WRITEDATA, context)
        try easy.setWriteFunction(CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
            Transfer.of(context)?.receiveBody(UnsafeRawBufferPointer(start: bytes, count: count)) ?? 0
        }
        try easy.set(CURLOPT_READDATA, context)
        try easy.setReadFunction { bytes, size, count, context in
            Transfer.of(context)?.send(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
                ?? Int(CURL_READFUNC_ABORT)
        }
        try easy.set(CURLOPT_SEEKDATA, context)
        try easy.setSeekFunction { context, offset, origin in
            Transfer.of(context)?.seek(to: offset, origin: origin) ?? CURL_SEEKFUNC_FAIL
        }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: What libcurl calls

    /// Opens a socket for an address of the public internet, and none for others.
    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return CURL_SOCKET_BAD }
        // The declared type of `addr` is smaller than what stands there; `addrlen` says how much.
        let bytes = UnsafeRawBufferPointer(
            start: UnsafeRawPointer(address) + offset, count: Int(address.pointee.addrlen))
        guard PublicAddress.isPublic(family: address.pointee.family, bytes) else {
            hasRefusedAddress = true
            return CURL_SOCKET_BAD
        }
        return socket(
            address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }

    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Int {
        let hadHead = headReader.head != nil
        switch headReader.consume(line) {
        case .needsMore: break
        case .complete:
            guard !hadHead, let head = headReader.head else { break }
            deadlines.noteHead(at: .now)
            delivery.receive(head: head)
        case .malformed:
            failure = HTTPClientError(.malformedResponse, "The head of the response is not HTTP.")
            return 0
        case .tooLarge:
            failure = HTTPClientError(.responseTooLarge, "The head of the response is too large.")
            return 0
        }
        return line.count
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bodyBytes + bytes.count <= bodyBytesMax else {
            failure = HTTPClientError(.responseTooLarge, "The body of the response is too large.")
            return 0
        }
        guard delivery.receive(bytes) else {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        bodyBytes += bytes.count
        deadlines.noteActivity(at: .now)
        return bytes.count
    }

    private func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        deadlines.noteActivity(at: .now)
        guard let count = upload?.read(into: buffer) else {
            failure = HTTPClientError(.unreadableFile, "The file to be sent cannot be read to its end.")
            return Int(CURL_READFUNC_ABORT)
        }
        return count
    }

    private func seek(to offset: curl_off_t, origin: Int32) -> Int32 {
        guard origin == SEEK_SET, upload?.seek(to: Int64(offset)) == true else { return CURL_SEEKFUNC_FAIL }
        return CURL_SEEKFUNC_OK
    }
}
