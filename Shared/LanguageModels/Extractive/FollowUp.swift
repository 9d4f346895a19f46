/// Tells questions that can only be understood after the one before: "And how is it trained?"
package enum FollowUp {
    /// Whether the question should be read together with the earlier one.
    package static func leans(_ question: String, on earlier: String?) -> Bool {
        guard earlier != nil else { return false }
        let words = WordList(question).words
        let language = TextLanguage.guess(words)
        let content = words.count { !language.functionWords.contains($0.text) }
        return Question.leansOnConversation(words, contentCount: content, language)
    }
}
