/// A long-lived part of a program: a server, a job worker, a cache with a cleaner.
///
/// `run()` is the life of the part. It returns only after `shutdown()` was called or its task was cancelled; returning
/// earlier, with or without an error, counts as a failure of the whole program (`ServiceGroup` then stops the others).
package protocol Service: Sendable {
    /// A short constant name for logs, such as `http` or `jobs`.
    var serviceName: String { get }

    /// Works until told to stop. Runs in a task of the group; must end soon after its task is cancelled.
    func run() async throws

    /// Asks for a graceful end and returns when it is reached: what is running is finished or put back, nothing new is
    /// taken. May be called once, concurrently with `run()`. The caller bounds the wait.
    func shutdown() async
}

extension Service {
    package var serviceName: String { String(describing: Self.self) }

    package func shutdown() async {}
}
