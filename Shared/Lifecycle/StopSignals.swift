// Dispatch on Linux does not mark its sources Sendable; `cancel()` may be called from any thread (dispatch_source_cancel(3)).
@preconcurrency import Dispatch
import Glibc

/// Turns SIGTERM and SIGINT into calls of a closure, for the lifetime of the value.
///
/// The signals' default action is switched off for the whole process (`signal(2)` with SIG_IGN; Dispatch then sees them
/// through its own descriptor). SIGPIPE is ignored too: a peer that has gone is an error of the write, not of the process.
package final class StopSignals: Sendable {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter action: Called on a Dispatch queue, once for each signal that arrives.
    package init(_ action: @escaping @Sendable () -> Void) {
        _ = signal(SIGPIPE, SIG_IGN)
        sources = [SIGTERM, SIGINT].map { number in
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler(handler: action)
            source.activate()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
