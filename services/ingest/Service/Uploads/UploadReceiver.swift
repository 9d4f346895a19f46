import HTTPMessages
import HTTPServer
import JSONCoding
import Logs
import Metrics
import Platform
import ReaderProtocol

/// Receives uploads: the form goes to disk as it arrives, the file is looked at, and the library takes it in.
struct UploadReceiver: Sendable {
    /// How long a first look at a file may hold up the answer; what takes longer is found out by the pipeline.
    static let lookLimit = Duration.seconds(3)

    let spool: UploadSpool
    let library: LectureLibrary
    let reader: any DocumentReading
    let fileBytesMax: Int
    let time: any TimeSource
    let logger: Logger
    let metrics: IngestMetrics

    /// - Throws: problems 400, 413, 415 and 422; `LibraryError.subjectNotFound`. No file is left behind then.
    func receive(_ request: HTTPRequest, userID: Identifier) async throws -> LectureLibrary.Receipt {
        if let length = request.body.declaredLength, length > fileBytesMax + UploadForm.overheadBytesMax {
            throw UploadForm.tooLarge(fileBytesMax: fileBytesMax)
        }
        var form = try UploadForm(contentType: request.fields.first(.contentType), fileBytesMax: fileBytesMax)
        var file: SpooledFile?
        do {
            for try await chunk in request.body {
                for action in try form.consume(chunk) {
                    switch action {
                    case .openFile: file = try await spool.makeFile()
                    case .write(let bytes): try await file?.write(bytes)
                    }
                }
            }
            let content = try form.finish()
            guard let file else { throw Problem.internalError() }
            try await look(at: file)
            let receipt = try await library.add(
                LectureLibrary.Upload(
                    name: content.name, subjectID: content.subjectID, fileName: content.fileName, path: file.path,
                    byteCount: content.fileBytes, kind: content.kind),
                userID: userID)
            metrics.uploads.add()
            metrics.uploadBytes.add(UInt64(content.fileBytes))
            return receipt
        } catch {
            await file?.discard()
            throw error
        }
    }

    /// Refuses at once what cannot be read at all, if that can be told quickly.
    private func look(at file: SpooledFile) async throws {
        let failure = await withTaskGroup(of: ReaderFailure?.self) { group in
            group.addTask {
                do {
                    _ = try await reader.inspect(file.path, password: nil)
                } catch let failure as ReaderFailure {
                    return failure
                } catch {
                    // Cancelled: the time was over, or the client has gone.
                }
                return nil
            }
            group.addTask {
                try? await time.sleep(for: Self.lookLimit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let failure else { return }
        switch failure.code {
        case .encrypted, .damaged, .empty, .tooManyPages, .pageTooLarge:
            var problem = Problem.unprocessable([FieldProblem(field: "file", message: failure.message)])
            problem.detail = failure.message
            throw problem
        case .pageDamaged, .timedOut, .crashed, .noSuchPage, .unavailable:
            logger.info("an uploaded file could not be looked at yet", [("reader.failure", "\(failure.code)")])
        }
    }
}
