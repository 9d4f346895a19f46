import Platform

/// All metrics of a process. Instruments are looked up once, when the part that uses them is made, and then kept by it;
/// the same name and labels give the same instrument.
package final class MetricRegistry: Sendable {
    /// Series of one metric beyond this are folded into one with the label values `other`, so that nothing from outside
    /// can make the registry grow without end.
    package static let seriesMax = 1_000

    private enum Instrument: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        case reading(@Sendable () -> Double)
    }

    private struct Family: Sendable {
        var kind: String
        var help: String
        var series: [String: Instrument] = [:]
        var order: [(labels: MetricLabels, key: String)] = []
    }

    private struct Content: Sendable {
        var families: [String: Family] = [:]
        var order: [String] = []
    }

    private let content = Lock(Content())

    package init() {}

    /// A counter; its name ends in `_total`.
    package func counter(_ name: String, help: String, labels: MetricLabels = []) -> Counter {
        let instrument = instrument(name, "counter", help, labels) { .counter(Counter()) }
        if case .counter(let counter) = instrument { return counter }
        return Counter()
    }

    package func gauge(_ name: String, help: String, labels: MetricLabels = []) -> Gauge {
        let instrument = instrument(name, "gauge", help, labels) { .gauge(Gauge()) }
        if case .gauge(let gauge) = instrument { return gauge }
        return Gauge()
    }

    /// A histogram; its name carries the unit, such as `_seconds`.
    package func histogram(
        _ name: String, help: String, labels: MetricLabels = [], bounds: [Double] = Histogram.secondsBounds
    ) -> Histogram {
        let instrument = instrument(name, "histogram", help, labels) { .histogram(Histogram(bounds: bounds)) }
        if case .histogram(let histogram) = instrument { return histogram }
        return Histogram(bounds: bounds)
    }

    /// A value that is asked for when metrics are read: a counter when its name ends in `_total`, otherwise a gauge.
    package func reading(
        _ name: String, help: String, labels: MetricLabels = [], _ read: @escaping @Sendable () -> Double
    ) {
        _ = instrument(name, name.hasSuffix("_total") ? "counter" : "gauge", help, labels) { .reading(read) }
    }

    private func instrument(
        _ name: String, _ kind: String, _ help: String, _ labels: MetricLabels, _ make: () -> Instrument
    ) -> Instrument {
        content.withLock { content in
            if content.families[name] == nil { content.order.append(name) }
            var family = content.families[name] ?? Family(kind: kind, help: help)
            guard family.kind == kind else { return make() }
            var labels = labels
            var key = MetricText.braces(labels)
            if family.series[key] == nil, family.order.count >= MetricRegistry.seriesMax {
                labels = labels.map { (name: $0.name, value: "other") }
                key = MetricText.braces(labels)
            }
            if let existing = family.series[key] { return existing }
            let made = make()
            family.series[key] = made
            family.order.append((labels, key))
            content.families[name] = family
            return made
        }
    }

    /// Everything in Prometheus' text format 0.0.4.
    package func exposition() -> [UInt8] {
        let content = self.content.withLock { $0 }
        var text = ""
        for name in content.order {
            guard let family = content.families[name] else { continue }
            text += "# HELP \(name) \(MetricText.escapedHelp(family.help))\n# TYPE \(name) \(family.kind)\n"
            for (labels, key) in family.order {
                switch family.series[key] {
                case .counter(let counter): text += "\(name)\(key) \(counter.value)\n"
                case .gauge(let gauge): text += "\(name)\(key) \(gauge.value)\n"
                case .reading(let read): text += "\(name)\(key) \(MetricText.number(read()))\n"
                case .histogram(let histogram): text += Self.lines(name, labels, key, histogram)
                case nil: break
                }
            }
        }
        return Array(text.utf8)
    }

    private static func lines(_ name: String, _ labels: MetricLabels, _ key: String, _ histogram: Histogram) -> String {
        let (cumulative, sum) = histogram.snapshot()
        var text = ""
        for (bound, count) in zip(histogram.bounds + [.infinity], cumulative) {
            let braces = MetricText.braces(labels + [(name: "le", value: MetricText.number(bound))])
            text += "\(name)_bucket\(braces) \(count)\n"
        }
        return text + "\(name)_sum\(key) \(MetricText.number(sum))\n\(name)_count\(key) \(cumulative.last ?? 0)\n"
    }
}
