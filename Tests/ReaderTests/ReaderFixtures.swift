import Foundation
import Logs
import ReaderHost
import ReaderProtocol

/// The files of this suite, made by fixtures/make_reader_fixtures.py.
enum ReaderFixtures {
    static func path(_ name: String) -> String {
        Bundle.module.bundlePath + "/Fixtures/\(name).pdf"
    }

    /// The lecture of the demo.
    static var lecture: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "fixtures/lecture.pdf").path
    }

    static var executable: String {
        Bundle.module.bundleURL.deletingLastPathComponent().path + "/lectern-reader"
    }

    static var logger: Logger { Logger(name: "test", sink: MemoryLogSink()) }

    /// A pool over the program that stands beside the tests.
    static func pool(
        workerCount: Int = 2, pageTimeout: Duration? = nil, configuration: ReaderConfiguration = ReaderConfiguration()
    ) -> ReaderPool {
        var configuration = configuration
        // Patient by default: what is tested is what is read, on machines of any speed.
        configuration.limits.pageTimeout = pageTimeout ?? .seconds(120)
        configuration.limits.openTimeout = .seconds(60)
        return ReaderPool(
            executable: executable, configuration: configuration, workerCount: workerCount, logger: logger)
    }
}

extension ReaderPool {
    /// All pages of a document, in order.
    func pages(_ path: String, password: String? = nil) async throws -> [PageReading] {
        let collected = Collected()
        try await read(path, password: password) { await collected.add($0) }
        return await collected.pages.sorted { $0.number < $1.number }
    }

    /// The only page of a fixture.
    func page(_ name: String) async throws -> PageReading {
        try await pages(ReaderFixtures.path(name))[0]
    }
}

/// Pages as they come in.
actor Collected {
    private(set) var pages: [PageReading] = []

    func add(_ more: [PageReading]) {
        pages += more
    }
}
