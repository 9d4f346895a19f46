import HTTPMessages
import JSONCoding
import Platform
import Testing

@testable import IngestService

@Suite struct UploadFormTests {
    private static let subject = "0199f5a0-0000-7000-8000-000000000001"

    private static var form: FormBody {
        var form = FormBody()
        form.add("name", "Week 1")
        form.add(file: Array("%PDF-1.4\r\n--not a boundary\r\n%%EOF".utf8), fileName: "a.pdf")
        form.add("subject_id", subject)
        return form
    }

    /// Feeds a form in pieces; the bytes that would have been written.
    private static func read(_ form: FormBody, pieces: [[UInt8]]) throws -> (UploadForm.Content, [UInt8], opened: Int) {
        var reader = try UploadForm(contentType: form.contentType, fileBytesMax: 1_000)
        var written: [UInt8] = []
        var opened = 0
        for piece in pieces {
            for action in try reader.consume(piece) {
                switch action {
                case .openFile: opened += 1
                case .write(let bytes): written += bytes
                }
            }
        }
        return (try reader.finish(), written, opened)
    }

    @Test func `a form means the same wherever it is cut`() throws {
        let form = Self.form
        for cut in 0...form.bytes.count {
            let pieces = [Array(form.bytes[..<cut]), Array(form.bytes[cut...])]
            let (content, written, opened) = try Self.read(form, pieces: pieces)
            #expect(content.name == "Week 1")
            #expect(content.fileName == "a.pdf")
            #expect(content.subjectID.description == Self.subject)
            #expect(written == Array("%PDF-1.4\r\n--not a boundary\r\n%%EOF".utf8))
            #expect(content.fileBytes == Int64(written.count))
            #expect(opened == 1)
        }
        #expect(
            try Self.read(form, pieces: form.bytes.map { [$0] }).1
                == Array("%PDF-1.4\r\n--not a boundary\r\n%%EOF".utf8))
    }

    @Test func `a form that ends early is refused at every byte`() throws {
        let form = Self.form
        // The last line end belongs to nothing.
        for end in 0..<(form.bytes.count - 2) {
            #expect(throws: Problem.self) { try Self.read(form, pieces: [Array(form.bytes[..<end])]) }
        }
    }

    @Test func `fields given twice are named`() throws {
        var form = Self.form
        form.add("name", "Week 2")
        form.add(file: Array("%PDF-".utf8), fileName: "b.pdf")
        #expect {
            try Self.read(form, pieces: [form.bytes])
        } throws: { error in
            (error as? Problem)?.errors.map(\.field) == ["file", "name"]
        }
    }

    @Test func `the type is decided as soon as it can be`() throws {
        var form = FormBody()
        form.add(file: [0x50, 0x4B, 3, 4] + [UInt8](repeating: 7, count: 900), fileName: "a.pdf")
        #expect {
            try Self.read(form, pieces: [form.truncated, Array("--more".utf8)])
        } throws: { error in
            (error as? Problem)?.status == .badRequest
        }
        form = FormBody()
        form.add(file: [0x50, 0x4B, 3, 4] + [UInt8](repeating: 7, count: 990), fileName: "a.pdf")
        #expect {
            try Self.read(form, pieces: [form.bytes])
        } throws: { error in
            (error as? Problem)?.status == .unsupportedMediaType
        }
    }
}

@Suite struct FileKindTests {
    @Test(arguments: [
        ("%PDF-1.7\n", "PDF"), ("junk before\n%PDF-1.4", "PDF"), ("<!DOCTYPE html><p>%", "HTML"),
        ("#!/bin/sh\n%PDF-", "a script"),
        ("MZ\u{1}\u{2}", "an executable (Windows)"), ("plain words", "plain text"),
        ("\u{1}\u{2}\u{3}", "a file of unknown type"),
        ("PK\u{3}\u{4}rest", "a ZIP archive or an office document"), ("GIF89a", "a GIF picture"),
    ])
    func `files are told by their first bytes`(prefix: String, name: String) {
        #expect(FileKind.sniffed(Array(prefix.utf8)).name == name)
    }
}
