import Metrics
import Testing

private func text(_ registry: MetricRegistry) -> String {
    String(decoding: registry.exposition(), as: UTF8.self)
}

@Suite("Metrics in the text format 0.0.4")
struct MetricRegistryTests {
    @Test("a metric has its help and type once, its series together, and ends in a line feed")
    func families() {
        let registry = MetricRegistry()
        registry.counter("a_total", help: "All a.", labels: [(name: "kind", value: "x")]).add(2)
        registry.gauge("depth", help: "Depth.").set(-3)
        registry.counter("a_total", help: "All a.", labels: [(name: "kind", value: "y")]).add()
        #expect(
            text(registry) == """
                # HELP a_total All a.
                # TYPE a_total counter
                a_total{kind="x"} 2
                a_total{kind="y"} 1
                # HELP depth Depth.
                # TYPE depth gauge
                depth -3

                """)
    }

    @Test("the same name and labels are the same instrument")
    func sharedInstruments() {
        let registry = MetricRegistry()
        registry.counter("n_total", help: "").add()
        registry.counter("n_total", help: "").add()
        #expect(registry.counter("n_total", help: "").value == 2)
    }

    @Test("label values and help are escaped")
    func escaping() {
        let registry = MetricRegistry()
        registry.counter("x_total", help: "back\\slash\nline", labels: [(name: "v", value: "a\"b\\c\nd")]).add()
        let lines = text(registry)
        #expect(lines.contains(#"# HELP x_total back\\slash\nline"#))
        #expect(lines.contains(#"x_total{v="a\"b\\c\nd"} 1"#))
    }

    @Test("histogram buckets are cumulative and the last equals the count")
    func histogram() {
        let registry = MetricRegistry()
        let histogram = registry.histogram("t_seconds", help: "", bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 3] { histogram.observe(value) }
        histogram.observe(Double.nan)
        let lines = text(registry)
        #expect(lines.contains(#"t_seconds_bucket{le="0.1"} 2"#))
        #expect(lines.contains(#"t_seconds_bucket{le="1"} 3"#))
        #expect(lines.contains(#"t_seconds_bucket{le="+Inf"} 4"#))
        #expect(lines.contains("t_seconds_sum 3.65\nt_seconds_count 4\n"))
    }

    @Test("series past the limit are folded into one, so that outside input cannot grow the registry")
    func seriesLimit() {
        let registry = MetricRegistry()
        for number in 0..<(MetricRegistry.seriesMax + 5) {
            registry.counter("s_total", help: "", labels: [(name: "n", value: "\(number)")]).add()
        }
        let lines = text(registry).split(separator: "\n")
        #expect(lines.count == 2 + MetricRegistry.seriesMax + 1)
        #expect(lines.last == #"s_total{n="other"} 5"#)
    }

    @Test("the process's own readings are there and plausible")
    func processReadings() throws {
        let registry = MetricRegistry()
        registry.addProcessReadings()
        #expect(text(registry).contains("# TYPE process_cpu_seconds_total counter\n"))
        let values = text(registry).split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap {
            line -> (String, Double)? in
            let parts = line.split(separator: " ")
            guard parts.count == 2, let value = Double(parts[1]) else { return nil }
            return (String(parts[0]), value)
        }
        let readings = Dictionary(uniqueKeysWithValues: values)
        #expect(try #require(readings["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(readings["process_open_fds"]) >= 3)
        #expect(try #require(readings["process_cpu_seconds_total"]) > 0)
    }
}
