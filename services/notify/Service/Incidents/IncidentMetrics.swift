import Metrics

/// What is counted of incidents.
struct IncidentMetrics: Sendable {
    private let opened: Counter
    private let joined: Counter
    private let provisional: Counter

    init(_ registry: MetricRegistry) {
        let help = "Reports of incidents, by what became of them."
        opened = registry.counter("incident_reports_total", help: help, labels: [(name: "outcome", value: "opened")])
        joined = registry.counter("incident_reports_total", help: help, labels: [(name: "outcome", value: "joined")])
        provisional = registry.counter(
            "incident_provisional_total", help: "Incidents that were answered before they were judged thoroughly.")
    }

    func count(_ outcome: IncidentDesk.Outcome) {
        (outcome.isJoined ? joined : opened).add()
        if !outcome.isJoined, outcome.incident.triage.isProvisional { provisional.add() }
    }
}
