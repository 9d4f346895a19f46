import Foundation
import Platform
import ReaderHost
import ReaderProtocol
import TestSupport
import Testing

@Suite("Files that are broken or mean harm")
struct HostileFileTests {
    private let pool = ReaderFixtures.pool()

    @Test(
        "a file that cannot be read is refused with the reason",
        arguments: [
            ("password", ReaderFailure.Code.encrypted), ("truncated", .damaged), ("no-pages", .empty),
            ("garbage", .damaged), ("huge-image", .pageTooLarge),
        ])
    func brokenFilesAreRefused(_ name: String, _ code: ReaderFailure.Code) async throws {
        let failure = try await #require(throws: ReaderFailure.self) {
            try await pool.pages(ReaderFixtures.path(name))
        }
        #expect(failure.code == code)
        #expect(!failure.message.isEmpty && !failure.isRetryable)
        #expect(pool.processIDs.isEmpty)
    }

    @Test("the password opens a protected file, a wrong one does not, and an owner's alone is not needed")
    func passwordsWork() async throws {
        let page = try #require(try await pool.pages(ReaderFixtures.path("password"), password: "sesame").first)
        #expect(page.text.contains("under the oak"))
        await #expect(throws: ReaderFailure(.encrypted, "The password does not open the PDF.")) {
            try await pool.pages(ReaderFixtures.path("password"), password: "open")
        }
        #expect(try await pool.page("owner-password").text.contains("under the oak"))
    }

    @Test("an empty file and one that is missing are refused")
    func emptyAndMissing() async throws {
        let folder = try TemporaryFolder()
        let empty = try folder.write("empty.pdf", [UInt8]())
        await #expect(throws: ReaderFailure(.damaged, "The file is empty or cannot be read.")) {
            try await pool.pages(empty)
        }
        let failure = try await #require(throws: ReaderFailure.self) { try await pool.pages(folder.file("none.pdf")) }
        #expect(failure.code == .unavailable && failure.isRetryable)
    }

    @Test("a page of absurd size is read without being drawn in that size")
    func hugePages() async throws {
        #expect(try await pool.page("huge-page").text.hasPrefix("A short line"))
        let picture = try await pool.picture(of: ReaderFixtures.path("huge-page"), page: 1, width: 200)
        #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test("a page that never ends fails the document with its number, and the other pages are read meanwhile")
    func endlessPages() async throws {
        // Long enough for the first page on any machine; the second would go on for ever.
        let pool = ReaderFixtures.pool(pageTimeout: .seconds(3))
        let collected = Collected()
        let failure = try await #require(throws: ReaderFailure.self) {
            try await pool.read(ReaderFixtures.path("second-page-endless")) { await collected.add($0) }
        }
        #expect(failure.code == .timedOut && failure.page == 2)
        #expect(await collected.pages.map(\.number) == [1])
        #expect(pool.processIDs.isEmpty)
    }

    @Test("more pages than allowed are refused before any is read")
    func tooManyPages() async throws {
        var configuration = ReaderConfiguration()
        configuration.limits.pagesMax = 13
        let strict = ReaderFixtures.pool(configuration: configuration)
        let failure = try await #require(throws: ReaderFailure.self) {
            try await strict.inspect(ReaderFixtures.lecture)
        }
        #expect(failure.code == .tooManyPages)
        configuration.limits.pagesMax = 14
        #expect(
            try await ReaderFixtures.pool(configuration: configuration).inspect(ReaderFixtures.lecture).pageCount == 14)
    }

    @Test("a picture has the width asked for, and a page that is not there none")
    func pictures() async throws {
        let picture = try await pool.picture(of: ReaderFixtures.lecture, page: 3, width: 321)
        let width = picture[16..<20].reduce(0) { $0 << 8 | Int($1) }
        #expect(width == 321)
        let failure = try await #require(throws: ReaderFailure.self) {
            try await pool.picture(of: ReaderFixtures.lecture, page: 15, width: 100)
        }
        #expect(failure.code == .noSuchPage)
    }
}
