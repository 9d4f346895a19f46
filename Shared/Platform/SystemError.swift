internal import Glibc

/// A failed system call: its error number and its name.
package struct SystemError: Error, Sendable, CustomStringConvertible {
    /// The value of `errno`.
    package let code: Int32
    /// The call that failed, such as `accept4`.
    package let call: StaticString

    package init(code: Int32, call: StaticString) {
        self.code = code
        self.call = call
    }

    /// The error of the call that just failed on this thread; reads `errno`, so nothing may come in between.
    package static func last(_ call: StaticString) -> SystemError {
        SystemError(code: errno, call: call)
    }

    package var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            // The POSIX form of strerror_r may leave the buffer untouched for unknown numbers.
            buffer.initialize(repeating: 0)
            guard let address = buffer.baseAddress, strerror_r(code, address, buffer.count) == 0 else {
                return "\(call): error \(code)"
            }
            return "\(call): \(String(cString: address))"
        }
    }
}

/// What a non-blocking read or write came to.
package enum IOResult: Sendable, Equatable {
    /// That many bytes were moved; zero from a read means the end of the stream.
    case bytes(Int)
    /// Nothing can be moved now: wait for readiness.
    case wouldBlock
}

/// The one place that decides between trying again (`EINTR`) and throwing.
@inline(__always)
package func retryingInterrupted<Result: FixedWidthInteger>(
    _ name: StaticString, _ call: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let error = SystemError.last(name)
        if error.code != EINTR { throw error }
    }
}

/// The same for reads and writes of non-blocking descriptors: would-block is an answer, not an error.
@inline(__always)
func movingBytes(_ name: StaticString, _ call: () -> Int) throws(SystemError) -> IOResult {
    while true {
        let count = call()
        if count >= 0 { return .bytes(count) }
        let error = SystemError.last(name)
        switch error.code {
        case EINTR: continue
        case EAGAIN: return .wouldBlock
        default: throw error
        }
    }
}
