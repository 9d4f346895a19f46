internal import JSONCoding
internal import Platform

/// A file of tensors in the safetensors format: eight bytes with the length of a JSON header, the header, the numbers.
///
/// The header is not trusted: every tensor must lie inside the file, have the length that its shape says, and begin
/// where a `Float` may; no two may overlap and nothing may lie between them.
final class TensorFile: Sendable {
    /// The longest header that is read, in bytes; that of the built-in model has 10,000.
    static let headerBytesMax = 1 << 20

    private let file: MappedFile
    private let tensors: [String: Tensor]

    private struct Tensor: Sendable {
        let isFloat32: Bool
        let shape: [Int]
        /// Where it is in the file.
        let range: Range<Int>
    }

    /// Opens a file and checks its header; throws ``EmbeddingError`` with code `modelMissing` or `modelMalformed`.
    init(path: String) throws(EmbeddingError) {
        let file: MappedFile
        do {
            file = try MappedFile(path: path)
        } catch {
            throw EmbeddingError(.modelMissing, "the model's weights cannot be read: \(error)")
        }
        self.file = file
        tensors = try Self.tensors(of: file.bytes)
    }

    /// The numbers of a tensor with this name, which must be of single precision and have this shape.
    ///
    /// The pointer is good as long as the file object lives.
    func floats(_ name: String, shape: [Int]) throws(EmbeddingError) -> UnsafePointer<Float> {
        guard let tensor = tensors[name], tensor.isFloat32, tensor.shape == shape,
            let base = file.bytes.baseAddress
        else {
            throw EmbeddingError(.modelMalformed, "the model's weights lack \(name) with shape \(shape)")
        }
        return (base + tensor.range.lowerBound).assumingMemoryBound(to: Float.self)
    }

    // MARK: Reading the header

    private static func tensors(of bytes: UnsafeRawBufferPointer) throws(EmbeddingError) -> [String: Tensor] {
        guard bytes.count >= 8 else { throw malformed("it is too short") }
        let length = bytes.loadUnaligned(as: UInt64.self).littleEndian
        guard length <= UInt64(headerBytesMax), Int(length) <= bytes.count - 8 else {
            throw malformed("its header is too long")
        }
        let dataStart = 8 + Int(length)
        guard dataStart.isMultiple(of: MemoryLayout<Float>.alignment) else { throw malformed("its numbers lie askew") }
        let header: JSONValue
        do {
            header = try JSONValue(parsing: Array(bytes[8..<dataStart]))
        } catch {
            throw malformed("its header is no JSON")
        }
        guard case .object(let object) = header else { throw malformed("its header is no object") }
        var found: [String: Tensor] = [:]
        for (name, value) in object.members where name != "__metadata__" {
            guard let tensor = tensor(value, from: dataStart, before: bytes.count) else {
                throw malformed("its header describes a tensor wrongly")
            }
            found[name] = tensor
        }
        var end = dataStart
        for range in found.values.map(\.range).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard range.lowerBound == end else { throw malformed("its tensors overlap or leave gaps") }
            end = range.upperBound
        }
        guard end == bytes.count else { throw malformed("it is longer than its tensors") }
        return found
    }

    private static func tensor(_ value: JSONValue, from start: Int, before end: Int) -> Tensor? {
        guard let type = value["dtype"]?.string, let width = byteWidths[type],
            let shape = value["shape"]?.array?.map({ $0.integer }), let offsets = value["data_offsets"]?.array,
            offsets.count == 2, let low = offsets[0].integer, let high = offsets[1].integer,
            low >= 0, high >= low, high <= Int64(end - start)
        else { return nil }
        var product: Int64 = Int64(width)
        var sizes: [Int] = []
        for case let size in shape {
            guard let size, size >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            product = next
            sizes.append(Int(size))
        }
        let isFloat32 = type == "F32"
        guard product == high - low, !isFloat32 || low.isMultiple(of: 4) else { return nil }
        return Tensor(isFloat32: isFloat32, shape: sizes, range: (start + Int(low))..<(start + Int(high)))
    }

    private static let byteWidths = [
        "BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "F64": 8,
        "I64": 8, "U64": 8,
    ]

    private static func malformed(_ what: String) -> EmbeddingError {
        EmbeddingError(.modelMalformed, "the model's weights are damaged: \(what)")
    }
}
