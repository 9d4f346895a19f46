/// English words that say nothing about what a text is about.
enum StopWords {
    static func contains(_ word: [UInt8]) -> Bool {
        word.count <= 7 && words.contains(number(word))
    }

    /// A word of at most eight bytes as one number, which is compared faster than letters are.
    private static func number(_ word: some Sequence<UInt8>) -> UInt64 {
        word.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static let words = Set(
        """
        a an the of in on at by for with to from and or but is are was were be been being am has have had having do does \
        doing did done not no it its this that these those as than then so such what which who whom whose when where why \
        how can could may might will would shall should must i you he she we me my they them their his her him our your \
        us about into onto over under between during after before also there here if any some each other more most only \
        own same very s t just both few up down out off again further once
        """.split(whereSeparator: \.isWhitespace).map { number($0.utf8) })
}
