import JSONCoding

/// A chunk without what only searching needs.
struct ChunkSummary: Sendable, Hashable {
    var id: String
    /// The place in the lecture, from 0.
    var position: Int
    var pageFrom: Int
    var pageTo: Int
    var heading: String
    var text: String

    var json: JSONValue {
        [
            "chunk_id": .string(id), "page_from": .integer(Int64(pageFrom)), "page_to": .integer(Int64(pageTo)),
            "heading": .string(heading), "text": .string(text),
        ]
    }
}
