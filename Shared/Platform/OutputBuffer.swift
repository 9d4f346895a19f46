/// Bytes that wait to be sent on one connection. Holds no memory while empty unless it was lent some.
package struct OutputBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var sent = 0

    package init() {}

    package var isEmpty: Bool { sent == bytes.count }
    /// How many bytes wait.
    package var count: Int { bytes.count - sent }

    /// Lends the bytes for appending.
    package mutating func append<Result>(_ write: (inout [UInt8]) -> Result) -> Result {
        write(&bytes)
    }

    package mutating func append(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    package mutating func append(_ more: ArraySlice<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Sends what the socket takes; true when nothing is left. Throws `SystemError` when the connection is gone.
    package mutating func send(to socket: borrowing FileDescriptor) throws(SystemError) -> Bool {
        while sent < bytes.count {
            let start = sent
            let result = try bytes.withUnsafeBufferPointer { (all) throws(SystemError) -> IOResult in
                try socket.send(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[start...])))
            }
            switch result {
            case .bytes(let count): sent += count
            case .wouldBlock:
                dropSent()
                return false
            }
        }
        bytes.removeAll(keepingCapacity: true)
        sent = 0
        return true
    }

    /// Moves the rest to the front once most of the buffer has been sent, so that a slow reader costs no more than what
    /// waits for it.
    private mutating func dropSent() {
        guard sent > bytes.count / 2 else { return }
        bytes.removeFirst(sent)
        sent = 0
    }

    /// Gives the memory away, for the next connection that has something to send. Only when empty.
    package mutating func takeMemory() -> [UInt8] {
        precondition(isEmpty, "bytes wait to be sent")
        let memory = bytes
        bytes = []
        return memory
    }

    /// Works with memory that another buffer gave away. Only when empty.
    package mutating func use(memory: [UInt8]) {
        precondition(isEmpty, "bytes wait to be sent")
        bytes = memory
    }
}

extension FileDescriptor {
    /// Sends what this socket takes; true when nothing is left. Throws `SystemError` when the connection is gone.
    package borrowing func sendAll(_ output: inout OutputBuffer) throws(SystemError) -> Bool {
        try output.send(to: self)
    }
}
