internal import CLinux

/// What an event loop tells about one registered descriptor. All calls come on the loop's thread.
package protocol EventLoopChannel: AnyObject, Sendable {
    /// The descriptor became readable, writable or was hung up. Edge-triggered: told once until would-block is seen again.
    func ready(_ readiness: Readiness)
    /// A moment asked for with `EventLoop.notify` has come.
    func deadlineReached()
    /// The end of a turn in which `EventLoop.flushLater` was called.
    func flush()
}

extension EventLoopChannel {
    package func deadlineReached() {}
    package func flush() {}
}

/// Why a channel is called.
package struct Readiness: Sendable {
    private let events: UInt32

    init(events: UInt32) { self.events = events }

    /// Bytes, a connection to accept, or an end of stream can be read.
    package var isReadable: Bool { events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue | Self.broken) != 0 }
    /// Writing can be tried again.
    package var isWritable: Bool { events & (EPOLLOUT.rawValue | Self.broken) != 0 }
    /// The peer has closed its sending side, or the connection is gone.
    package var isPeerClosed: Bool { events & (EPOLLRDHUP.rawValue | Self.broken) != 0 }
    /// The connection is gone in both directions (reset, or refused while connecting).
    package var isBroken: Bool { events & Self.broken != 0 }

    private static var broken: UInt32 { EPOLLHUP.rawValue | EPOLLERR.rawValue }
}

/// The registration of a channel: its place in the loop's table and which registration of that place it is, so that
/// events and deadlines of a place that was given to another channel meanwhile are told apart and dropped.
package struct ChannelID: Sendable, Hashable {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    fileprivate init(place: Int, generation: UInt32) {
        rawValue = UInt64(generation) << 32 | UInt64(place)
    }

    fileprivate var place: Int { Int(rawValue & 0xFFFF_FFFF) }
    fileprivate var generation: UInt32 { UInt32(rawValue >> 32) }

    /// Stands for the loop's own eventfd.
    static let wakeUp = ChannelID(rawValue: .max)
}

/// The channels of one loop.
struct ChannelTable {
    private var places: [(channel: (any EventLoopChannel)?, generation: UInt32)] = []
    private var free: [Int] = []

    mutating func insert(_ channel: any EventLoopChannel) -> ChannelID {
        if let place = free.popLast() {
            places[place].channel = channel
            return ChannelID(place: place, generation: places[place].generation)
        }
        places.append((channel, 0))
        return ChannelID(place: places.count - 1, generation: 0)
    }

    mutating func remove(_ id: ChannelID) {
        guard channel(id) != nil else { return }
        places[id.place].channel = nil
        places[id.place].generation &+= 1
        free.append(id.place)
    }

    func channel(_ id: ChannelID) -> (any EventLoopChannel)? {
        guard id.place < places.count, places[id.place].generation == id.generation else { return nil }
        return places[id.place].channel
    }
}

/// Deadlines of one loop, the earliest first: a binary heap. Entries of channels that went away are dropped when due.
struct DeadlineHeap {
    private var entries: [(deadline: MonotonicInstant, id: ChannelID)] = []

    mutating func insert(_ deadline: MonotonicInstant, _ id: ChannelID) {
        entries.append((deadline, id))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if entries[parent].deadline <= entries[child].deadline { break }
            entries.swapAt(parent, child)
            child = parent
        }
    }

    /// Takes out the earliest entry if its moment has come.
    mutating func popReached(_ now: MonotonicInstant) -> ChannelID? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var child = parent * 2 + 1
            if child >= entries.count { break }
            if child + 1 < entries.count, entries[child + 1].deadline < entries[child].deadline { child += 1 }
            if entries[parent].deadline <= entries[child].deadline { break }
            entries.swapAt(parent, child)
            parent = child
        }
        return first.id
    }

    /// The timeout for epoll_wait(2): rounded up so that the deadline has passed when it returns; -1 for none.
    func millisecondsUntilNext(from now: MonotonicInstant) -> Int32 {
        guard let first = entries.first else { return -1 }
        let nanoseconds = max(0, (first.deadline - now).wholeNanoseconds)
        return Int32(min(nanoseconds / 1_000_000 + 1, 60_000))
    }
}
