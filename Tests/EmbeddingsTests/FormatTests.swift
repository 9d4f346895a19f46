import Foundation
import TestSupport
import Testing

@testable import Embeddings

struct FormatTests {
    /// A tensor file with this header and so many bytes of numbers.
    private func open(_ header: String, numbers: Int, declared: UInt64? = nil) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "tensors-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: path) }
        var bytes = Data()
        withUnsafeBytes(of: (declared ?? UInt64(header.utf8.count)).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: header.utf8)
        bytes.append(Data(count: numbers))
        try bytes.write(to: path)
        let file = try TensorFile(path: path.path)
        _ = try file.floats("a", shape: [2, 2])
    }

    @Test func `a sound tensor file is read`() throws {
        try open(#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}} "#.padded(), numbers: 16)
    }

    @Test(arguments: [
        (#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#, 12),
        (#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#, 20),
        (#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[4,20]}}"#, 20),
        (#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,16]}}"#, 16),
        (#"{"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}}"#, 8),
        (#"{"a":{"dtype":"F99","shape":[2,2],"data_offsets":[0,16]}}"#, 16),
        (#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[16,0]}}"#, 16),
        (#"{"a":{"dtype":"F32","shape":[2,-2],"data_offsets":[0,16]}}"#, 16),
        (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}}"#, 16),
        (#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,9223372036854775807]}}"#, 16),
        (#"{"b":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#, 16),
        (#"[1,2]"#, 16), (#"{"a":"#, 16), (#"{"a":{}}"#, 16),
    ])
    func `a damaged tensor file is refused`(header: String, numbers: Int) {
        let error = #expect(throws: EmbeddingError.self) { try open(header.padded(), numbers: numbers) }
        #expect(error?.code == .modelMalformed)
    }

    @Test(arguments: [UInt64.max, 1 << 40, 100_000]) func `a header longer than the file is refused`(length: UInt64) {
        #expect(throws: EmbeddingError.self) { try open("{}", numbers: 16, declared: length) }
    }

    @Test func `a vocabulary needs its special pieces`() {
        #expect(throws: EmbeddingError.self) { try Vocabulary(bytes: Array("a\nb\n##c\n".utf8)) }
    }

    @Test func `words are cut greedily, and one that cannot be cut is unknown as a whole`() throws {
        let vocabulary = try Vocabulary(bytes: Array("[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\nunaff\n!\n".utf8))
        let tokenizer = WordPieceTokenizer(vocabulary: vocabulary)
        #expect(tokenizer.pieces(of: "Unaffable!").numbers == [6, 5, 7])
        #expect(tokenizer.pieces(of: "unaffx un").numbers == [0, 3])
        #expect(tokenizer.pieces(of: "ÚN ún u\u{301}n").numbers == [3, 3, 3])
        #expect(tokenizer.pieces(of: "Unaffable un").beginnings == [true, false, true])
    }

    @Test func `vectors survive storing, and damaged ones are refused`() throws {
        let block = VectorBlock(dimension: 4, vectors: [[1, 0.5, -0.25, 0], [0, 1, 2, 3]])
        #expect(VectorBlock(dimension: 4, bytes: block.bytes) == block)
        #expect(VectorBlock(dimension: 4, bytes: Array(block.bytes.dropLast())) == nil)
        #expect(VectorBlock(dimension: 3, bytes: block.bytes) == nil)
        #expect(VectorBlock(dimension: 1, bytes: [0, 0x7C]) == nil)
        #expect(block.vector(at: 1) == [0, 1, 2, 3])
    }

    @Test func `windows cover every piece once, fit, and begin with a word where they can`() {
        for count in [0, 1, 253, 254, 255, 508, 509, 3000] {
            let beginnings = (0..<count).map { $0 % 3 != 1 }
            let ranges = TextWindows.ranges(beginnings: beginnings, piecesMax: 254)
            #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == count)
            #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
            #expect(ranges.allSatisfy { $0.count <= 254 })
            #expect(ranges.dropFirst().allSatisfy { beginnings[$0.lowerBound] })
        }
        let oneWord = TextWindows.ranges(beginnings: [true] + Array(repeating: false, count: 999), piecesMax: 254)
        #expect(oneWord.map(\.count).reduce(0, +) == 1000 && oneWord.allSatisfy { $0.count <= 254 })
    }
}

extension String {
    /// Filled with spaces to a multiple of eight, as writers of the format do.
    fileprivate func padded() -> String { self + String(repeating: " ", count: (8 - utf8.count % 8) % 8) }
}
