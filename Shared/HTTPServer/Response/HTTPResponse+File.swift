internal import HTTPMessages
internal import Platform

extension HTTPResponse {
    /// A file, sent by the kernel without passing through the process (sendfile(2)).
    ///
    /// Answers conditions (`If-None-Match`, `If-Modified-Since`: 304) and one range (`Range`, `If-Range`: 206 or 416), as
    /// RFC 9110 sections 13 and 14 say; several ranges are answered with the whole file. Throws `Problem` 404 when there
    /// is no regular file at `path`, which must come from us and never from a client. `etag` is a strong tag with its
    /// quotes; without it one is made from inode, size and modification time.
    package static func file(
        path: String, contentType: String, request: HTTPRequest, etag: String? = nil
    ) throws -> HTTPResponse {
        guard let file = try? OpenFile(path: path), let status = try? file.descriptor.fileStatus(), status.isRegularFile
        else { throw Problem.notFound() }
        let validators = FileValidators(etag: etag ?? status.entityTag, modified: status.modified)
        var fields = HTTPFields()
        fields.append(.etag, validators.etag)
        fields.append(.lastModified, HTTPDate.format(validators.modified))
        fields.append(.acceptRanges, "bytes")
        if validators.isUnchanged(for: request) { return HTTPResponse(status: .notModified, fields: fields) }
        fields.append(.contentType, contentType)
        switch validators.ranges(for: request, byteCount: status.byteCount) {
        case .whole:
            let slice = FileSlice(file: file, offset: 0, count: status.byteCount)
            return HTTPResponse(status: .ok, fields: fields, body: .file(slice))
        case .parts(let parts):
            // One part only: `ranges` takes several for the whole.
            let part = parts.first ?? 0..<status.byteCount
            fields.append(.contentRange, ByteRange.contentRange(part, length: status.byteCount))
            let slice = FileSlice(file: file, offset: part.lowerBound, count: part.upperBound - part.lowerBound)
            return HTTPResponse(status: .partialContent, fields: fields, body: .file(slice))
        case .unsatisfiable:
            var problem = Problem(status: .rangeNotSatisfiable, code: "range_not_satisfiable")
            problem.headers.append(.contentRange, "bytes */\(status.byteCount)")
            throw problem
        }
    }
}

/// What conditions in a request are compared with.
struct FileValidators {
    let etag: String
    let modified: Timestamp

    /// RFC 9110 section 13.2.2: If-None-Match decides alone when it is there.
    func isUnchanged(for request: HTTPRequest) -> Bool {
        guard request.method == .get || request.method == .head else { return false }
        if let tags = request.fields.first(.ifNoneMatch) {
            return tags == "*" || tags.split(separator: ",").contains { opaqueTag($0) == opaqueTag(etag[...]) }
        }
        if let text = request.fields.first(.ifModifiedSince), let date = HTTPDate.parse(text) {
            return wholeSeconds(modified) <= wholeSeconds(date)
        }
        return false
    }

    /// A range counts only for GET, and only if If-Range, when there, names exactly this version.
    func ranges(for request: HTTPRequest, byteCount: Int64) -> ByteRange.Resolution {
        guard request.method == .get, let text = request.fields.first(.range) else { return .whole }
        if let condition = request.fields.first(.ifRange) {
            // Strong comparison (section 13.1.5): a weak tag never matches, a date only exactly.
            let isSame =
                condition == etag
                || HTTPDate.parse(condition).map { wholeSeconds($0) == wholeSeconds(modified) } == true
            if !isSame { return .whole }
        }
        let resolution = ByteRange.resolve(text, length: byteCount)
        if case .parts(let parts) = resolution, parts.count > 1 { return .whole }
        return resolution
    }

    private func opaqueTag(_ tag: Substring) -> Substring {
        let trimmed = tag.drop { $0 == " " || $0 == "\t" }
        let opaque = trimmed.hasPrefix("W/") ? trimmed.dropFirst(2) : trimmed
        return opaque.lastIndex(of: "\"").map { opaque[...$0] } ?? opaque
    }

    private func wholeSeconds(_ moment: Timestamp) -> Int64 {
        moment.millisecondsSince1970 / 1000
    }
}

extension FileStatus {
    fileprivate var entityTag: String {
        let parts = [inode, UInt64(bitPattern: byteCount), UInt64(bitPattern: modified.millisecondsSince1970)]
        return "\"" + parts.map { String($0, radix: 36) }.joined(separator: "-") + "\""
    }
}
