import Testing

@testable import Embeddings

struct WorkerLineTests {
    @Test func `a free worker is given at once, each to one only`() {
        var line = WorkerLine(workers: 2)
        let first = line.enter(1, urgency: .material)
        let second = line.enter(2, urgency: .question)
        #expect(Set([first, second]) == [0, 1])
        #expect(line.enter(3, urgency: .question) == nil)
        #expect(line.leave(0) == 3)
        #expect(line.leave(1) == nil && line.leave(0) == nil)
        #expect(line.waitingCount == 0)
    }

    @Test func `a question goes before the next batch of material, however much of it waits`() {
        var line = WorkerLine(workers: 1)
        #expect(line.enter(0, urgency: .material) == 0)
        for ticket in 1...50 { #expect(line.enter(ticket, urgency: .material) == nil) }
        #expect(line.enter(100, urgency: .question) == nil)
        #expect(line.enter(101, urgency: .question) == nil)
        #expect(line.leave(0) == 100)
        #expect(line.leave(0) == 101)
        for ticket in 1...50 { #expect(line.leave(0) == ticket) }
        #expect(line.leave(0) == nil)
    }

    @Test func `material has its turn among questions without end`() {
        var line = WorkerLine(workers: 1)
        #expect(line.enter(0, urgency: .question) == 0)
        for ticket in [1, 2] { #expect(line.enter(ticket, urgency: .material) == nil) }
        var turns: [Int] = []
        for ticket in 100..<140 {
            #expect(line.enter(ticket, urgency: .question) == nil)
            if let next = line.leave(0) { turns.append(next) }
        }
        let most = WorkerLine.questionsInRowMax
        #expect(turns.firstIndex(of: 1) == most && turns.firstIndex(of: 2) == 2 * most + 1)
    }

    @Test func `questions that nobody waits behind do not count against later ones`() {
        var line = WorkerLine(workers: 1)
        #expect(line.enter(0, urgency: .question) == 0)
        for ticket in 1...(3 * WorkerLine.questionsInRowMax) {
            #expect(line.enter(ticket, urgency: .question) == nil)
            #expect(line.leave(0) == ticket)
        }
        #expect(line.enter(200, urgency: .material) == nil)
        #expect(line.enter(201, urgency: .question) == nil)
        #expect(line.leave(0) == 201)
        #expect(line.leave(0) == 200)
    }

    @Test func `whoever gives up waiting gets nothing, and nobody else loses by it`() {
        var line = WorkerLine(workers: 1)
        #expect(line.enter(0, urgency: .material) == 0)
        for ticket in 1...3 { #expect(line.enter(ticket, urgency: .material) == nil) }
        #expect(line.withdraw(2) && !line.withdraw(2) && !line.withdraw(0))
        #expect(line.leave(0) == 1)
        #expect(line.leave(0) == 3)
        #expect(line.leave(0) == nil)
        #expect(line.enter(4, urgency: .question) == 0)
    }

    @Test(.enabled(if: ModelFolder.isThere, "needs the model's files, see MODEL_DIR"))
    func `calls that are cancelled leave the workers to others`() async throws {
        let embedder = NativeEmbedder(modelFolder: ModelFolder.path, threads: 1)
        let text = String(repeating: "The weather was fine and the road was dry. ", count: 60)
        let books = (0..<4).map { _ in
            Task { try await embedder.embed(Array(repeating: text, count: 200)) }
        }
        let first = try await embedder.embed(["A question"], urgency: .question)
        for book in books { book.cancel() }
        for book in books {
            await #expect(throws: CancellationError.self) { try await book.value }
        }
        #expect(try await embedder.embed(["A question"], urgency: .question) == first)
    }
}
