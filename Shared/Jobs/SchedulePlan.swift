import Platform

/// Which slot of which schedule comes next: decided here, the times are passed in.
///
/// The wall clock may be set at any time. A jump, seen by comparing it with the machine's own clock, makes nothing due: the
/// next slots are computed anew from the new time. What has been fired is recorded by slot in the database, so a clock set
/// back fires nothing twice.
struct SchedulePlan {
    struct Entry {
        let schedule: JobSchedule
        var next: Timestamp
    }

    /// Differences below are corrections of a good clock and not jumps.
    private static let jumpMin = Duration.seconds(5)

    private(set) var entries: [Entry]
    private var lastWall: Timestamp
    private var lastMonotonic: MonotonicInstant

    init(_ schedules: [JobSchedule], wall: Timestamp, monotonic: MonotonicInstant) {
        entries = schedules.map { Entry(schedule: $0, next: $0.rule.slot(after: wall)) }
        lastWall = wall
        lastMonotonic = monotonic
    }

    /// The slots that have come. They stay due until they are marked as fired.
    mutating func due(wall: Timestamp, monotonic: MonotonicInstant) -> [(schedule: JobSchedule, slot: Timestamp)] {
        let difference = wall.duration(since: lastWall) - (monotonic - lastMonotonic)
        lastWall = wall
        lastMonotonic = monotonic
        if difference > Self.jumpMin || difference < .zero - Self.jumpMin {
            for index in entries.indices { entries[index].next = entries[index].schedule.rule.slot(after: wall) }
        }
        return entries.filter { $0.next <= wall }
            // After a pause only the last slot that was missed counts.
            .map { ($0.schedule, $0.schedule.rule.slot(onOrBefore: wall)) }
    }

    mutating func markFired(_ name: String, slot: Timestamp) {
        for index in entries.indices where entries[index].schedule.name == name {
            entries[index].next = entries[index].schedule.rule.slot(after: slot)
        }
    }
}
