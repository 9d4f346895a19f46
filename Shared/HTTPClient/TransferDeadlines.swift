import Platform

/// Which limit of time a transfer meets next. A value without a clock: the time is passed in.
///
/// libcurl has limits of its own for connecting and for the whole; its low-speed limit counts whole seconds and knows
/// nothing of a first byte, so these are kept here.
struct TransferDeadlines {
    private let timeouts: HTTPClientRequest.Timeouts
    private let start: MonotonicInstant
    private var lastActivity: MonotonicInstant
    private var isHeadComplete = false

    init(_ timeouts: HTTPClientRequest.Timeouts, start: MonotonicInstant) {
        self.timeouts = timeouts
        self.start = start
        self.lastActivity = start
    }

    /// Bytes moved in either direction.
    mutating func noteActivity(at now: MonotonicInstant) { lastActivity = now }

    mutating func noteHead(at now: MonotonicInstant) {
        isHeadComplete = true
        lastActivity = now
    }

    /// The earliest limit ahead. While the reader is behind (`isPaused`) silence is our own doing and does not count.
    func next(isPaused: Bool) -> (instant: MonotonicInstant, code: HTTPClientError.Code)? {
        var limits: [(instant: MonotonicInstant, code: HTTPClientError.Code)] = []
        if let total = timeouts.total { limits.append((start + total, .totalTimeout)) }
        if !isHeadComplete, let firstByte = timeouts.firstByte {
            limits.append((lastActivity + firstByte, .firstByteTimeout))
        }
        if isHeadComplete, !isPaused, let idle = timeouts.idle { limits.append((lastActivity + idle, .idleTimeout)) }
        return limits.min { $0.instant < $1.instant }
    }

    /// The limit that has passed, if any.
    func expired(at now: MonotonicInstant, isPaused: Bool) -> HTTPClientError.Code? {
        guard let next = next(isPaused: isPaused), next.instant <= now else { return nil }
        return next.code
    }
}
