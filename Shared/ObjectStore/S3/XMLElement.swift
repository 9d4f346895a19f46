import Platform

/// An element of a small XML document, as S3 answers with: names without their prefix, text, children; no attributes.
struct XMLElement: Sendable, Hashable {
    let name: String
    /// The text directly in it, references replaced.
    fileprivate(set) var text = ""
    fileprivate(set) var children: [XMLElement] = []

    /// The first child of that name.
    func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text of the first child of that name.
    subscript(name: String) -> String? { child(name)?.text }
}

extension XMLElement {
    /// Why bytes are not a document that we read.
    enum Failure: Error, Hashable {
        case malformed
        /// A document type, a processing instruction, or an entity of its own: nothing S3 sends, and how XML is attacked.
        case forbidden
        case tooDeep
        case tooManyElements
    }

    static let depthMax = 12
    /// A page of a listing has 1,000 objects of up to ten elements.
    static let elementsMax = 20_000

    /// Reads a whole document: declaration, one root, nothing behind it but space. Space before it is skipped, because S3
    /// sends some to keep a connection alive.
    init(parsing bytes: [UInt8]) throws(Failure) {
        var reader = XMLReader(bytes)
        self = try reader.document()
    }
}

/// A strict reader of the part of XML 1.0 that S3 uses.
private struct XMLReader {
    private let bytes: [UInt8]
    private var position = 0
    private var elementCount = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(XMLElement.Failure) -> XMLElement {
        skipSpace()
        if skip("<?xml") { try skipPast("?>") }
        try skipSpaceAndComments()
        let root = try element(depth: 1)
        try skipSpaceAndComments()
        guard position == bytes.count else { throw .malformed }
        return root
    }

    private mutating func element(depth: Int) throws(XMLElement.Failure) -> XMLElement {
        guard depth <= XMLElement.depthMax else { throw .tooDeep }
        elementCount += 1
        guard elementCount <= XMLElement.elementsMax else { throw .tooManyElements }
        if isAt("<!") || isAt("<?") { throw .forbidden }
        guard skip("<") else { throw .malformed }
        let qualified = try name()
        var element = XMLElement(name: String(qualified.split(separator: ":").last ?? ""))
        try attributes()
        if skip("/>") { return element }
        guard skip(">") else { throw .malformed }
        var text: [UInt8] = []
        while !isAt("</") {
            if skip("<!--") {
                try skipPast("-->")
            } else if skip("<![CDATA[") {
                text += try take(until: "]]>")
            } else if isAt("<") {
                element.children.append(try self.element(depth: depth + 1))
            } else if skip("&") {
                text += try reference()
            } else if position < bytes.count {
                text.append(bytes[position])
                position += 1
            } else {
                throw .malformed
            }
        }
        _ = skip("</")
        guard try name() == qualified else { throw .malformed }
        skipSpace()
        guard skip(">"), let decoded = String(validating: text, as: UTF8.self) else { throw .malformed }
        element.text = decoded
        return element
    }

    private mutating func name() throws(XMLElement.Failure) -> String {
        let start = position
        while position < bytes.count, isNameByte(bytes[position]) { position += 1 }
        guard position > start, let name = String(validating: bytes[start..<position], as: UTF8.self) else {
            throw .malformed
        }
        return name
    }

    /// Attributes are of no use here, but must be well-formed.
    private mutating func attributes() throws(XMLElement.Failure) {
        while true {
            let hadSpace = skipSpace()
            if isAt(">") || isAt("/>") { return }
            guard hadSpace else { throw .malformed }
            _ = try name()
            skipSpace()
            guard skip("=") else { throw .malformed }
            skipSpace()
            guard let quote = ["\"", "'"].first(where: isAt) else { throw .malformed }
            _ = skip(quote)
            guard try !take(until: quote).contains(UInt8(ascii: "<")) else { throw .malformed }
        }
    }

    /// What stands for `&…;`.
    private mutating func reference() throws(XMLElement.Failure) -> [UInt8] {
        let content = String(decoding: try take(until: ";"), as: UTF8.self)
        switch content {
        case "amp": return [UInt8(ascii: "&")]
        case "lt": return [UInt8(ascii: "<")]
        case "gt": return [UInt8(ascii: ">")]
        case "quot": return [UInt8(ascii: "\"")]
        case "apos": return [UInt8(ascii: "'")]
        default: break
        }
        guard content.hasPrefix("#") else { throw .forbidden }
        let digits = content.dropFirst()
        let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let scalar = number.flatMap(Unicode.Scalar.init), scalar.value != 0 else { throw .malformed }
        return Array(String(scalar).utf8)
    }

    // MARK: Bytes

    private func isAt(_ text: String) -> Bool {
        bytes[position...].starts(with: text.utf8)
    }

    private mutating func skip(_ text: String) -> Bool {
        guard isAt(text) else { return false }
        position += text.utf8.count
        return true
    }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let start = position
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        return position > start
    }

    private mutating func skipSpaceAndComments() throws(XMLElement.Failure) {
        skipSpace()
        while skip("<!--") {
            try skipPast("-->")
            skipSpace()
        }
    }

    private mutating func skipPast(_ mark: String) throws(XMLElement.Failure) {
        _ = try take(until: mark)
    }

    /// The bytes before `mark`, which is passed over.
    private mutating func take(until mark: String) throws(XMLElement.Failure) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count {
            let end = position
            if skip(mark) { return bytes[start..<end] }
            position += 1
        }
        throw .malformed
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default: "_-.:".utf8.contains(byte)
        }
    }
}
