internal import CLinux
internal import Glibc

/// Starts a detached thread that runs `body` and ends. Signals are left to the main thread: all are blocked in it.
package func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    var everySignal = sigset_t()
    var previous = sigset_t()
    sigfillset(&everySignal)
    // Faults of the thread itself stay deliverable, so that a crash is reported where it happens.
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS] { sigdelset(&everySignal, fault) }
    // A new thread inherits the mask of its maker, so block around the call instead of inside the thread.
    pthread_sigmask(SIG_SETMASK, &everySignal, &previous)
    var thread = pthread_t()
    let result = pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument else { return nil }
            let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
            clinux_name_thread(start.name)
            start.body()
            return nil
        }, start.toOpaque())
    pthread_sigmask(SIG_SETMASK, &previous, nil)
    precondition(result == 0, "threads are only made at start-up, where failing early is right")
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
