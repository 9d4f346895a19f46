/// Decides who gets a worker next: a question before any material, and among equals whoever came first.
///
/// A turn is one batch of work, so a question waits for the batches that are running, never for a whole lecture. Material
/// does not wait for ever either: after so many questions in a row it has a turn. A value without locks or waiting; see
/// ``EncoderCrew``.
struct WorkerLine {
    typealias Ticket = Int

    /// So many turns may go to questions while material waits.
    static let questionsInRowMax = 16

    private var freeWorkers: [Int]
    private var questions: [Ticket] = []
    private var material: [Ticket] = []
    /// How many turns have gone to questions since material had one or none of it waited.
    private var questionsInRow = 0

    init(workers: Int) {
        freeWorkers = (0..<workers).reversed()
    }

    /// How many wait.
    var waitingCount: Int { questions.count + material.count }

    /// Asks for a worker.
    /// - Returns: the worker, or `nil` if the ticket has to wait.
    mutating func enter(_ ticket: Ticket, urgency: EmbeddingUrgency) -> Int? {
        if let worker = freeWorkers.popLast() { return worker }
        switch urgency {
        case .question: questions.append(ticket)
        case .material: material.append(ticket)
        }
        return nil
    }

    /// Gives a worker back.
    /// - Returns: the ticket that has it now, or `nil` if nobody waits.
    mutating func leave(_ worker: Int) -> Ticket? {
        let isMaterialDue = questionsInRow >= Self.questionsInRowMax && !material.isEmpty
        if !questions.isEmpty, !isMaterialDue {
            questionsInRow = material.isEmpty ? 0 : questionsInRow + 1
            return questions.removeFirst()
        }
        questionsInRow = 0
        if !material.isEmpty { return material.removeFirst() }
        freeWorkers.append(worker)
        return nil
    }

    /// Gives up waiting.
    /// - Returns: whether the ticket was still waiting.
    mutating func withdraw(_ ticket: Ticket) -> Bool {
        let before = waitingCount
        questions.removeAll { $0 == ticket }
        material.removeAll { $0 == ticket }
        return waitingCount < before
    }
}
