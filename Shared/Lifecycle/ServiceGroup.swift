package import Logs
package import Platform

/// Runs the parts of a program together and stops them in order.
///
/// Parts are listed in the order in which they depend on one another, the most basic first; they are stopped from the
/// last to the first, each fully before the one it stands on. A part that ends by itself stops the group. Past the
/// grace period the remaining parts are cancelled.
package final class ServiceGroup: Sendable {
    /// Why `run()` ended with an error.
    package enum Failure: Error, CustomStringConvertible {
        /// A part returned although nobody had asked it to stop.
        case endedEarly(String)
        /// A part threw.
        case failed(String, any Error)

        package var description: String {
            switch self {
            case .endedEarly(let name): "service \(name) ended before it was told to"
            case .failed(let name, let error): "service \(name) failed: \(error)"
            }
        }
    }

    private enum Event: Sendable {
        case finished(index: Int, error: (any Error)?)
        case stopRequested
        case allAsked
        case graceOver
        case watchEnded
    }

    private let services: [any Service]
    private let logger: Logger
    private let time: any TimeSource
    private let gracePeriod: Duration
    private let stopRequests: AsyncStream<Void>
    private let stopContinuation: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - services: The parts, the most basic first.
    ///   - gracePeriod: How long the graceful stop of all parts together may take before they are cancelled.
    package init(
        services: [any Service], logger: Logger, time: any TimeSource = SystemTime(),
        gracePeriod: Duration = .seconds(30)
    ) {
        self.services = services
        self.logger = logger
        self.time = time
        self.gracePeriod = gracePeriod
        (stopRequests, stopContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks the group to stop gracefully. Returns at once; may be called from anywhere and repeatedly.
    package func requestStop() {
        stopContinuation.yield()
    }

    /// Runs all parts until one ends or a stop is requested, then stops the rest.
    ///
    /// - Throws: `Failure` when a part ended by itself or failed during the stop; nothing after a clean stop.
    package func run() async throws {
        let failure = await withTaskGroup(of: Event.self) { group -> Failure? in
            for (index, service) in services.enumerated() {
                group.addTask {
                    do {
                        try await service.run()
                        return .finished(index: index, error: nil)
                    } catch {
                        return .finished(index: index, error: error)
                    }
                }
            }
            group.addTask { [stopRequests] in
                for await _ in stopRequests { return .stopRequested }
                return .watchEnded
            }
            return await supervise(&group)
        }
        if let failure { throw failure }
    }

    private func supervise(_ group: inout TaskGroup<Event>) async -> Failure? {
        var running = Set(services.indices)
        var failure: Failure?
        var isStopping = false
        var isCancelled = false

        func beginStop(_ group: inout TaskGroup<Event>) {
            guard !isStopping else { return }
            isStopping = true
            let services = self.services
            group.addTask {
                for service in services.reversed() { await service.shutdown() }
                return .allAsked
            }
            let (time, gracePeriod) = (self.time, self.gracePeriod)
            group.addTask {
                try? await time.sleep(for: gracePeriod)
                return .graceOver
            }
        }

        while !running.isEmpty, let event = await group.next() {
            switch event {
            case .finished(let index, let error):
                running.remove(index)
                let name = services[index].serviceName
                if let error, !(isCancelled && error is CancellationError) {
                    failure = failure ?? .failed(name, error)
                    logger.error("a service failed", [("service", name), ("error", "\(error)")])
                } else if !isStopping {
                    failure = failure ?? .endedEarly(name)
                    logger.error("a service ended early", [("service", name)])
                }
                beginStop(&group)
            case .stopRequested:
                logger.info("stopping")
                beginStop(&group)
            case .graceOver where !isCancelled:
                logger.warning("grace period is over, cancelling what still runs")
                isCancelled = true
                group.cancelAll()
            case .graceOver, .allAsked, .watchEnded:
                break
            }
        }
        group.cancelAll()
        return failure
    }
}
