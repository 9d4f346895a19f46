/// Walks the folders of a disk store in the order of keys, and only as far as needed.
struct DiskListing {
    private let tree: DiskTree
    private let after: ObjectKey?
    private let limit: Int
    private var found: [ObjectEntry] = []

    init(_ tree: DiskTree, after: ObjectKey?, limit: Int) {
        self.tree = tree
        self.after = after
        self.limit = limit
    }

    consuming func objects(under prefix: ObjectPrefix) throws(ObjectStoreError) -> [ObjectEntry] {
        try walk(prefix.description)
        return found
    }

    private mutating func walk(_ prefix: String) throws(ObjectStoreError) {
        // A folder sorts as its name with a slash: "a-b" comes before "a/b".
        var names = try FileSystem.names(in: "\(tree.root)/objects/\(prefix)")
            .map { prefix + $0.name + ($0.isFolder ? "/" : "") }
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in names {
            if found.count >= limit { return }
            if name.hasSuffix("/") {
                if mayContainLater(name) { try walk(name) }
            } else if let key = try? ObjectKey(name), after.map({ $0 < key }) ?? true {
                if let entry = try tree.entry(key) { found.append(entry) }
            }
        }
    }

    /// Whether a folder can hold keys behind `after`: it sorts behind it, or `after` lies inside.
    private func mayContainLater(_ folder: String) -> Bool {
        guard let after = after?.description.utf8 else { return true }
        return after.starts(with: folder.utf8) || after.lexicographicallyPrecedes(folder.utf8)
    }
}
