import Metrics
import ReaderProtocol

/// What ingest counts, beside what every service does.
struct IngestMetrics: Sendable {
    let pagesByText: Counter
    let pagesByOCR: Counter
    let pagesWithoutText: Counter
    let lecturesCompleted: Counter
    let lecturesFailed: Counter
    let uploads: Counter
    let uploadBytes: Counter
    let searchSeconds: Histogram
    let searchTotalSeconds: Histogram
    let searchCacheBytes: Gauge
    let listeners: Gauge

    init(registry: MetricRegistry) {
        func pages(_ source: String) -> Counter {
            registry.counter(
                "lectern_pages_read_total", help: "Pages read, by where their text came from.",
                labels: [("source", source)])
        }
        func lectures(_ result: String) -> Counter {
            registry.counter(
                "lectern_lectures_total", help: "Lectures whose reading ended, by its result.",
                labels: [("result", result)])
        }
        let bounds = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]
        pagesByText = pages("text_layer")
        pagesByOCR = pages("ocr")
        pagesWithoutText = pages("blank")
        lecturesCompleted = lectures("completed")
        lecturesFailed = lectures("failed")
        uploads = registry.counter("lectern_uploads_total", help: "Files taken in.")
        uploadBytes = registry.counter("lectern_upload_bytes_total", help: "Bytes of the files taken in.")
        searchSeconds = registry.histogram(
            "lectern_search_seconds", help: "Time in the search index.", bounds: bounds)
        searchTotalSeconds = registry.histogram(
            "lectern_search_total_seconds", help: "Time of whole searches, loading and embedding included.",
            bounds: bounds)
        searchCacheBytes = registry.gauge(
            "lectern_search_cache_bytes", help: "Memory of the documents kept ready for searching, estimated.")
        listeners = registry.gauge("lectern_progress_listeners", help: "Open streams of progress.")
    }

    func pageRead(_ source: TextSource) {
        switch source {
        case .textLayer: pagesByText.add()
        case .ocr: pagesByOCR.add()
        case .blank: pagesWithoutText.add()
        }
    }
}
