import CCurl
import Platform

/// A connection to an SMTP server over libcurl, opened by the first message and used again for the next ones.
///
/// It stands in this module because libcurl has one Swift importer; what messages are and what failures mean is the
/// business of Mail. Blocks the calling thread; used by one thread at a time. Dropping it says QUIT.
package struct SMTPLink: ~Copyable {
    private let easy: EasyHandle
    /// Whether the server at the other end of the open connection offered SMTPUTF8.
    private var offersUTF8 = false

    /// - Throws: `unavailable` when libcurl cannot be loaded.
    package init() throws(HTTPClientError) {
        guard lectern_curl_load() else { throw HTTPClientError(.unavailable, "libcurl cannot be loaded.") }
        easy = try EasyHandle()
    }

    /// Sends one message and waits for what becomes of it.
    ///
    /// - Parameters:
    ///   - fresh: Opens a new connection instead of using the present one.
    ///   - isCancelled: Asked about once a second. A message that was handed over is not given up any more: its reply is
    ///     waited for.
    /// - Throws: `invalidRequest` for what `SMTPTransfer.validate` refuses. Everything the network does is a result.
    package mutating func send(
        _ transfer: SMTPTransfer, fresh: Bool = false, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(HTTPClientError) -> SMTPTransferResult {
        try transfer.validate()
        let needsUTF8 = ([transfer.sender] + transfer.recipients).contains { !$0.utf8.allSatisfy { $0 < 0x80 } }
        let exchange = SMTPExchange(
            transfer.message, needsUTF8: needsUTF8, offeredUTF8: offersUTF8, isCancelled: isCancelled)
        var recipients = TextList()
        for address in transfer.recipients { try recipients.append("<\(address)>") }
        easy.reset()
        try setOptions(transfer, fresh: fresh)
        try easy.set(CURLOPT_MAIL_RCPT, recipients)
        try setFunctions(exchange)
        let code = withExtendedLifetime((exchange, recipients.raw)) { easy.perform() }
        if exchange.log.hasCapabilities { offersUTF8 = exchange.log.offersUTF8 }
        let isReused = easy.long(CURLINFO_NUM_CONNECTS) == 0
        // Options hold pointers into what ends here.
        easy.reset()
        return exchange.result(code, isReused: isReused)
    }

    private func setOptions(_ transfer: SMTPTransfer, fresh: Bool) throws(HTTPClientError) {
        let scheme = transfer.security == .tls ? "smtps" : "smtp"
        try easy.set(CURLOPT_URL, "\(scheme)://\(transfer.host):\(transfer.port)/\(transfer.clientName)")
        try easy.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        try easy.set(CURLOPT_PROXY, "")
        try easy.set(CURLOPT_NOSIGNAL, 1)
        if transfer.security != .none { try easy.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let file = transfer.certificateFile { try easy.set(CURLOPT_CAINFO, file) }
        if let credentials = transfer.credentials {
            try easy.set(CURLOPT_USERNAME, credentials.user)
            try easy.set(CURLOPT_PASSWORD, credentials.password)
        }
        try easy.set(CURLOPT_MAIL_FROM, "<\(transfer.sender)>")
        try easy.set(CURLOPT_UPLOAD, 1)
        // Announced as SIZE= (RFC 1870), so that a server can refuse before the message is sent.
        try easy.set(CURLOPT_INFILESIZE_LARGE, offset: transfer.message.count)
        let milliseconds = Int(clamping: max(1, transfer.timeout.wholeMilliseconds))
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds)
        try easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, (milliseconds + 999) / 1000)
        // For the whole: one limit for connecting and the replies together, and as much again to move the message.
        try easy.set(CURLOPT_TIMEOUT_MS, milliseconds + 60_000)
        try easy.set(CURLOPT_LOW_SPEED_LIMIT, 1)
        try easy.set(CURLOPT_LOW_SPEED_TIME, (milliseconds + 999) / 1000)
        if fresh { try easy.set(CURLOPT_FRESH_CONNECT, 1) }
    }

    private func setFunctions(_ exchange: SMTPExchange) throws(HTTPClientError) {
        // Unretained: the caller keeps the exchange alive until the transfer is over.
        let context = UnsafeRawPointer(Unmanaged.passUnretained(exchange).toOpaque())
        try easy.set(CURLOPT_HEADERDATA, context)
        try easy.setWriteFunction(CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
            SMTPExchange.of(context)?.receive(UnsafeRawBufferPointer(start: bytes, count: count)) ?? 0
        }
        try easy.set(CURLOPT_WRITEDATA, context)
        try easy.setWriteFunction(CURLOPT_WRITEFUNCTION) { _, _, count, _ in count }
        try easy.set(CURLOPT_READDATA, context)
        try easy.setReadFunction { bytes, size, count, context in
            SMTPExchange.of(context)?.give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
                ?? Int(CURL_READFUNC_ABORT)
        }
        try easy.set(CURLOPT_XFERINFODATA, context)
        try easy.set(CURLOPT_NOPROGRESS, 0)
        try easy.setProgressFunction { context, _, _, _, _ in
            SMTPExchange.of(context)?.isToEnd == true ? 1 : 0
        }
    }
}

/// What libcurl calls during one transfer; lives on the thread of that transfer alone.
private final class SMTPExchange {
    private(set) var log = SMTPReplyLog()
    private let message: [UInt8]
    private let needsUTF8: Bool
    private let offeredUTF8: Bool
    private let isCancelled: @Sendable () -> Bool
    private var given = 0
    private var isGivenWhole = false
    private var lacksUTF8 = false

    init(_ message: [UInt8], needsUTF8: Bool, offeredUTF8: Bool, isCancelled: @escaping @Sendable () -> Bool) {
        self.message = message
        self.needsUTF8 = needsUTF8
        self.offeredUTF8 = offeredUTF8
        self.isCancelled = isCancelled
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> SMTPExchange? {
        context.map { Unmanaged<SMTPExchange>.fromOpaque($0).takeUnretainedValue() }
    }

    var isToEnd: Bool { !isGivenWhole && isCancelled() }

    func receive(_ line: UnsafeRawBufferPointer) -> Int {
        log.receive(line)
        return line.count
    }

    /// The next piece of the message; asked for only after 354.
    func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let offersUTF8 = log.hasCapabilities ? log.offersUTF8 : offeredUTF8
        guard !needsUTF8 || offersUTF8 else {
            // Cutting the connection before the end of the message leaves nothing at the server.
            lacksUTF8 = true
            return Int(CURL_READFUNC_ABORT)
        }
        let count = min(buffer.count, message.count - given)
        guard count > 0 else {
            isGivenWhole = true
            return 0
        }
        message.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[given..<(given + count)]))
        }
        given += count
        // libcurl may stop asking at the announced size without asking for the end.
        if given == message.count { isGivenWhole = true }
        return count
    }

    func result(_ code: CURLcode, isReused: Bool) -> SMTPTransferResult {
        let stage: SMTPTransferResult.Stage =
            if isGivenWhole { .handedOver } else if log.hasAskedForMessage { .message } else if log.last != nil {
                .envelope
            } else { .connecting }
        return SMTPTransferResult(
            stage: stage, curlCode: code.rawValue, reply: log.last, replyToMessage: log.afterMessage,
            isReused: isReused, lacksUTF8: lacksUTF8)
    }
}
