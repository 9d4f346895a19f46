package import Platform

/// A clock that stands still until a test moves it.
///
/// Use `waitForSleepers` before `advance`, so that the code under test is known to wait for the time to pass.
package final class ManualTime: TimeSource {
    private struct Sleeper {
        let id: Int
        let deadline: MonotonicInstant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var wall: Timestamp
        var monotonic = MonotonicInstant(nanoseconds: 1_000_000_000)
        var nextID = 0
        var cancelled: Set<Int> = []
        var sleepers: [Sleeper] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        /// Watchers that have seen what they wait for, removed from the list.
        mutating func takeSatisfiedWatchers() -> [CheckedContinuation<Void, Never>] {
            let count = sleepers.count
            let satisfied = watchers.filter { $0.count <= count }.map(\.continuation)
            watchers.removeAll { $0.count <= count }
            return satisfied
        }
    }

    private let state: Lock<State>

    package init(wall: Timestamp = Timestamp(millisecondsSince1970: 1_767_322_984_000)) {
        state = Lock(State(wall: wall))
    }

    package var wall: Timestamp { state.withLock { $0.wall } }
    package var monotonic: MonotonicInstant { state.withLock { $0.monotonic } }

    /// Moves both clocks forward and wakes everyone whose deadline has come, in the order of the deadlines.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.monotonic += duration
            state.wall = state.wall + duration
            let now = state.monotonic
            let due = state.sleepers.filter { $0.deadline <= now }.sorted { $0.deadline < $1.deadline }
            state.sleepers.removeAll { $0.deadline <= now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Sets the wall clock alone, as an administrator or a time server would.
    package func setWall(_ moment: Timestamp) {
        state.withLock { $0.wall = moment }
    }

    /// Returns once at least `count` tasks sleep on this clock.
    package func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isSatisfied = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isSatisfied { continuation.resume() }
        }
    }

    /// How many tasks sleep on this clock now.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    package func sleep(until deadline: MonotonicInstant) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                begin(Sleeper(id: id, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            cancel(id)
        }
    }

    private enum Beginning {
        case asleep(watchers: [CheckedContinuation<Void, Never>])
        case alreadyDue
        case alreadyCancelled
    }

    private func begin(_ sleeper: Sleeper) {
        let beginning: Beginning = state.withLock { state in
            if state.cancelled.remove(sleeper.id) != nil { return .alreadyCancelled }
            if sleeper.deadline <= state.monotonic { return .alreadyDue }
            state.sleepers.append(sleeper)
            return .asleep(watchers: state.takeSatisfiedWatchers())
        }
        switch beginning {
        case .asleep(let watchers): for watcher in watchers { watcher.resume() }
        case .alreadyDue: sleeper.continuation.resume()
        case .alreadyCancelled: sleeper.continuation.resume(throwing: CancellationError())
        }
    }

    private func cancel(_ id: Int) {
        let sleeper: Sleeper? = state.withLock { state in
            guard let position = state.sleepers.firstIndex(where: { $0.id == id }) else {
                // Cancelled before it fell asleep (or after it woke, which leaves a number behind that does no harm).
                state.cancelled.insert(id)
                return nil
            }
            return state.sleepers.remove(at: position)
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
