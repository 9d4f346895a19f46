import Contracts
import HTTPMessages

extension [ConversationTurn] {
    /// The limit that holds for summaries and reports alike, so that what was summarised can be reported, too.
    ///
    /// - Throws: a 413 problem.
    func checkTextBytes() throws {
        guard reduce(0, { $0 + $1.text.utf8.count }) <= ConversationTurn.textBytesMax else {
            throw Problem.tooLarge("The conversation has more than \(ConversationTurn.textBytesMax) bytes of text.")
        }
    }
}
