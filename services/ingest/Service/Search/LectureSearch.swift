import Contracts
import Embeddings
import Logs
import Metrics
import Platform
import Retrieval
import SQL

/// Answers searches over the lectures of a user.
///
/// Keeps documents and the indexes over them in memory, bounded, and loads what is missing from the database. Lives on a
/// thread of its own: a search takes milliseconds of processor time that no event loop has to spare.
actor LectureSearch {
    /// Indexes kept; each holds hardly more than references to documents.
    private static let indexesMax = 64

    private let executor = BlockingExecutor(name: "search")
    private let database: any SQLDatabase
    private let embedding: LectureEmbedding
    private let logger: Logger
    private let metrics: IngestMetrics
    private let time: any TimeSource

    private var documents: DocumentCache
    private var indexes: [[SearchScope.Item]: (index: SearchIndex, lastUse: UInt64)] = [:]
    private var clock: UInt64 = 0
    private var loading: [DocumentCache.Key: Task<IndexedDocument, any Error>] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        database: any SQLDatabase, embedding: LectureEmbedding, cacheBytesMax: Int, logger: Logger,
        metrics: IngestMetrics, time: any TimeSource
    ) {
        self.database = database
        self.embedding = embedding
        self.logger = logger
        self.metrics = metrics
        self.time = time
        documents = DocumentCache(bytesMax: cacheBytesMax)
    }

    /// The passages that fit the query best.
    ///
    /// - Returns: nil when the query's lecture or subject is unknown or another user's.
    /// - Throws: errors of the database.
    func answer(_ query: PassageQuery) async throws -> PassageAnswer? {
        let start = time.monotonic
        let scope = try await database.read { try SearchScope.find(query, in: $0) }
        guard let scope else { return nil }
        guard !scope.items.isEmpty else { return PassageAnswer(contentVersion: scope.contentVersion, passages: []) }
        async let vector = queryVector(query.query, for: scope)
        let index = try await index(of: scope.items)
        let queryVector = await vector
        let searchStart = time.monotonic
        let found = index.search(query: query.query, queryVector: queryVector, limit: query.limit)
        let passages = found.compactMap(Passage.init)
        let end = time.monotonic
        metrics.searchSeconds.observe(end - searchStart)
        metrics.searchTotalSeconds.observe(end - start)
        return PassageAnswer(contentVersion: scope.contentVersion, passages: passages)
    }

    /// Forgets a lecture that is gone.
    func forget(lectureID: Identifier) {
        documents.remove(lectureID.description)
        indexes = indexes.filter { items, _ in !items.contains { $0.lectureID == lectureID } }
    }

    /// How much memory the documents take, as far as it can be told.
    var documentBytes: Int { documents.bytes }

    // MARK: Query

    /// Nil when words alone must do: no model, no vectors of this model, or a failure that is logged.
    private func queryVector(_ query: String, for scope: SearchScope) async -> [Float]? {
        guard let model = embedding.embedder?.modelName, scope.items.contains(where: { $0.vectorModel == model })
        else { return nil }
        do {
            return try await embedding.queryVector(query)
        } catch {
            logger.warning("a question could not be embedded; searching by words", [("error", "\(error)")])
            return nil
        }
    }

    // MARK: Indexes

    private func index(of items: [SearchScope.Item]) async throws -> SearchIndex {
        clock += 1
        if let known = indexes[items] {
            indexes[items]?.lastUse = clock
            for item in items { documents.touch(item.lectureID.description) }
            return known.index
        }
        var found: [IndexedDocument] = []
        found.reserveCapacity(items.count)
        for item in items { found.append(try await document(of: item)) }
        let index = SearchIndex(documents: found)
        if indexes.count >= Self.indexesMax, let oldest = indexes.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            indexes[oldest.key] = nil
        }
        // Indexes hold their documents: what the cache would not keep, they must not keep either.
        if found.allSatisfy({ document in documents.contains(document.id) }) { indexes[items] = (index, clock) }
        return index
    }

    private func document(of item: SearchScope.Item) async throws -> IndexedDocument {
        let key = DocumentCache.Key(lectureID: item.lectureID.description, contentVersion: item.contentVersion)
        if let known = documents.document(key) { return known }
        if let loading = loading[key] { return try await loading.value }
        let isEmbedded = item.vectorModel != nil && item.vectorModel == embedding.embedder?.modelName
        let dimension = isEmbedded ? item.vectorDimension : nil
        // Owned by this actor until it ends and shared by all who ask meanwhile, so no caller's cancellation may end it.
        // The document is made on the database's thread: searches that have theirs go on.
        let task = Task { [database] in
            try await database.read { connection in
                var builder = IndexedDocumentBuilder()
                try ChunkTable.forEachStored(of: item.lectureID, dimension: dimension, in: connection) { chunk in
                    builder.add(chunk)
                }
                return IndexedDocument(id: item.lectureID.description, title: item.name, builder)
            }
        }
        loading[key] = task
        defer { loading[key] = nil }
        let document = try await task.value
        for gone in documents.insert(document, key, bytes: document.byteCount) { dropIndexes(with: gone) }
        metrics.searchCacheBytes.set(Int64(documents.bytes))
        return document
    }

    private func dropIndexes(with lectureID: String) {
        indexes = indexes.filter { items, _ in !items.contains { $0.lectureID.description == lectureID } }
    }
}

extension Passage {
    /// The passage as it goes out: offsets in Unicode scalars. Nil only when the chunk's id is damaged.
    fileprivate init?(_ found: ScoredPassage) {
        guard let chunkID = Identifier(found.chunkID), let lectureID = Identifier(found.documentID) else { return nil }
        self.init(
            chunkID: chunkID, lectureID: lectureID, lectureName: found.documentTitle, pageFrom: found.pageFrom,
            pageTo: found.pageTo, heading: found.headingPath.joined(separator: ChunkTable.headingSeparator),
            text: found.text, score: found.score,
            pageStarts: found.pages.map {
                PageStart(page: $0.number, offset: found.codePoints(of: $0.range).lowerBound)
            },
            highlights: found.highlights.map { found.codePoints(of: $0) },
            nearness: found.nearness.map {
                Nearness(
                    offset: found.codePoints(of: $0.start..<$0.start).lowerBound, similarity: $0.similarity)
            })
    }
}
