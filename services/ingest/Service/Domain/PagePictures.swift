import ObjectStore
import Platform
import ReaderProtocol

/// Pictures of pages, drawn when they are first asked for.
struct PagePictures: Sendable {
    static let widthDefault = 1_200
    static let widthRange = 16...2_400
    /// Widths that are kept: others are drawn each time, so that nobody fills the disk by counting pixels.
    static let keptWidthStep = 80

    let objects: any ObjectStore
    let reader: any DocumentReading

    /// A picture, in the object store or in memory.
    enum Picture: Sendable {
        case stored(ObjectKey)
        case drawn([UInt8])
    }

    /// - Throws: `LibraryError.notFound` for a page that the lecture does not have; `ReaderFailure`; what the store throws.
    func picture(of lecture: Lecture, page: Int, width: Int) async throws -> Picture {
        guard let pageCount = lecture.pageCount, (1...max(pageCount, 1)).contains(page),
            let path = try await objects.localPath(ObjectKey(lecture.fileKey))
        else { throw LibraryError.notFound }
        let prefix = Lecture.objectPrefix(userID: lecture.userID, lectureID: lecture.id)
        let key = try ObjectKey("\(prefix)pages/\(page)-\(width).png")
        let isKept = width.isMultiple(of: Self.keptWidthStep)
        if isKept, try await objects.exists(key) { return .stored(key) }
        let bytes: [UInt8]
        do {
            bytes = try await reader.picture(of: path, page: page, width: width, password: nil)
        } catch let failure as ReaderFailure where failure.code == .noSuchPage {
            throw LibraryError.notFound
        }
        guard isKept else { return .drawn(bytes) }
        try await objects.put(key, bytes: bytes, contentType: "image/png")
        return .stored(key)
    }
}
