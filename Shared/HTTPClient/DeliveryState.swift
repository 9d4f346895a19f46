import HTTPMessages

/// What has arrived of one response and not been taken yet. A value without I/O: the curl thread puts in, the reader
/// takes out.
struct DeliveryState {
    enum BodyStep: Equatable {
        case chunk([UInt8])
        case end
        case failure(HTTPClientError)

        static func == (left: BodyStep, right: BodyStep) -> Bool {
            switch (left, right) {
            case (.chunk(let one), .chunk(let other)): one == other
            case (.end, .end): true
            case (.failure(let one), .failure(let other)): one.code == other.code
            default: false
            }
        }
    }

    /// True when the reader wants the body in one piece: nothing is handed out before the end, and nothing pauses,
    /// because the size limit of the request bounds it.
    let collects: Bool
    let readAheadBytesMax: Int
    private var headArrived: HTTPResponseHead?
    private var pending: [UInt8] = []
    private var failure: HTTPClientError?
    private(set) var isEnded = false
    private(set) var isPaused = false

    init(collects: Bool, readAheadBytesMax: Int) {
        self.collects = collects
        self.readAheadBytesMax = readAheadBytesMax
    }

    mutating func receive(head: HTTPResponseHead) {
        if !isEnded { headArrived = head }
    }

    /// - Returns: false when the reader is too far behind; the bytes were not taken and must be offered again.
    mutating func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !isEnded else { return true }
        guard collects || pending.isEmpty || pending.count + bytes.count <= readAheadBytesMax else {
            isPaused = true
            return false
        }
        pending.append(contentsOf: bytes)
        return true
    }

    /// The first ending stands.
    mutating func end(_ failure: HTTPClientError?) {
        guard !isEnded else { return }
        isEnded = true
        self.failure = failure
    }

    /// Ends and forgets what was not read: the reader has gone.
    mutating func abandon(_ failure: HTTPClientError) {
        pending = []
        end(failure)
    }

    /// The head, or the failure that came before it; `nil` means wait. A reader that wants everything in one piece gets
    /// the head with the end, so that a response cut in its body counts as a failure that can be tried again.
    func head() -> Result<HTTPResponseHead, HTTPClientError>? {
        if let headArrived, !collects || isEnded && failure == nil { return .success(headArrived) }
        guard isEnded else { return nil }
        return .failure(failure ?? HTTPClientError(.malformedResponse, "The response has no head."))
    }

    /// What the reader gets next; `nil` means wait. What arrived before a failure is handed out before the failure.
    mutating func takeBody() -> BodyStep? {
        guard isEnded || !collects else { return nil }
        if !pending.isEmpty {
            defer { pending = [] }
            return .chunk(pending)
        }
        guard isEnded else { return nil }
        return failure.map(BodyStep.failure) ?? .end
    }

    /// True once after a pause when there is room again.
    mutating func takeResume() -> Bool {
        guard isPaused, pending.isEmpty else { return false }
        isPaused = false
        return true
    }
}
