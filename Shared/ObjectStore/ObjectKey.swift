/// The name of an object: parts separated by `/`, such as `uploads/{user}/{lecture}/original.pdf`.
///
/// Safe to use as a relative path: no empty part, no `.` or `..`, not absolute, no NUL or control character, no backslash.
package struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Bytes of UTF-8 in the whole key, as in S3.
    package static let bytesMax = 1024
    /// Bytes of UTF-8 in one part: what file systems take as a file name.
    package static let partBytesMax = 255

    package let description: String

    /// Throws `.invalidKey`.
    package init(_ text: String) throws(ObjectStoreError) {
        guard !text.isEmpty, text.utf8.count <= Self.bytesMax else {
            throw ObjectStoreError(.invalidKey, "a key has 1 to \(Self.bytesMax) bytes")
        }
        try Self.checkCharacters(text)
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty, part != ".", part != ".." else {
                throw ObjectStoreError(.invalidKey, "a key has no empty part and no part of dots only")
            }
            guard part.utf8.count <= Self.partBytesMax else {
                throw ObjectStoreError(.invalidKey, "a part of a key has at most \(Self.partBytesMax) bytes")
            }
        }
        description = text
    }

    static func checkCharacters(_ text: String) throws(ObjectStoreError) {
        // C0 and C1 controls, DEL, and the backslash, which some clients take for a separator.
        let isClean = text.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) && $0 != "\\"
        }
        guard isClean else { throw ObjectStoreError(.invalidKey, "a key has no control characters and no backslash") }
    }

    /// In the order of UTF-8 bytes, which is that of listings.
    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }

    // Compared as bytes: two Unicode spellings of one text are two keys, as they are for file systems and S3.
    package static func == (left: ObjectKey, right: ObjectKey) -> Bool {
        left.description.utf8.elementsEqual(right.description.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in description.utf8 { hasher.combine(byte) }
    }
}

/// The beginning of keys, for listing and deleting: empty for all, else whole parts that end in `/`.
package struct ObjectPrefix: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Every object.
    package static let all = ObjectPrefix(unchecked: "")

    private init(unchecked: String) {
        description = unchecked
    }

    /// Throws `.invalidKey` unless `text` is empty, or a key followed by `/`: `uploads/7` as a prefix would also match
    /// `uploads/77`, which nobody ever means.
    package init(_ text: String) throws(ObjectStoreError) {
        if text.isEmpty {
            self = .all
            return
        }
        guard text.hasSuffix("/") else { throw ObjectStoreError(.invalidKey, "a prefix ends in /") }
        _ = try ObjectKey(String(text.dropLast()))
        description = text
    }
}
