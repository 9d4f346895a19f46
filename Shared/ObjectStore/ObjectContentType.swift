enum ObjectContentType {
    /// A content type goes into a header and into the record: one line, of a sane length. Throws `.invalidKey`.
    static func checked(_ contentType: String) throws(ObjectStoreError) -> String {
        let isClean = contentType.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        guard isClean, (1...255).contains(contentType.utf8.count) else {
            throw ObjectStoreError(.invalidKey, "a content type has 1 to 255 printable characters")
        }
        return contentType
    }
}
