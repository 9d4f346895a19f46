/// The language of a text as far as the engine needs it: which words carry no meaning, and how endings are cut.
///
/// Recognised by its function words, which is enough for a few sentences. A language that is not listed works, too: its
/// frequent words then get little weight by how often they occur.
struct TextLanguage: Sendable {
    let code: String
    let functionWords: Set<String>

    var isEnglish: Bool { code == "en" }

    /// The language whose function words are the most frequent in the text; English for text without any.
    static func guess(_ words: [WordList.Word]) -> TextLanguage {
        let counts = known.map { language in words.count { language.functionWords.contains($0.text) } }
        guard let most = counts.max(), most > 0, let index = counts.firstIndex(of: most) else { return english }
        // Text in a language that is not listed shares a few short words with those that are.
        return most * 8 >= words.count ? known[index] : TextLanguage(code: "und", functionWords: [])
    }

    static let english = TextLanguage(
        code: "en",
        functionWords: set(
            """
            a an the and or but nor so yet if then than that this these those there here it its itself he she they them \
            their his her him we us our you your i me my mine who whom whose which what when where why how is are was were \
            be been being am do does did doing done have has had having will would shall should can could may might must \
            of in on at by for with about against between into through during before after above below to from up down \
            out off over under again further once as not no only own same too very just also such both each few more \
            most other some any all because while until does't s t don isn aren wasn weren tell explain describe give \
            please according lecture slide slides text material
            """))

    private static let known: [TextLanguage] = [
        english,
        TextLanguage(
            code: "de",
            functionWords: set(
                """
                der die das den dem des ein eine einen einem einer eines und oder aber wenn dann als dass ob ist sind war \
                waren wird werden wurde wurden sein hat haben hatte hatten kann können muss müssen soll sollen von vom im \
                in ins am an auf aus bei beim mit nach seit zu zum zur über unter vor zwischen durch für gegen ohne um \
                nicht kein keine nur auch noch schon sehr so wie was wer wen wem wessen wo wann warum welche welcher \
                welches es er sie wir ihr ich du man sich dieser diese dieses jener jede jeder jedes hier dort damit \
                erkläre beschreibe nenne bitte
                """)),
        TextLanguage(
            code: "fr",
            functionWords: set(
                """
                le la les l un une des du de d et ou mais si alors que qu qui quoi dont où quand comment pourquoi quel \
                quelle quels quelles est sont était étaient sera seront être été a ont avait avaient avoir peut peuvent doit \
                doivent dans en sur sous par pour avec sans entre vers chez à au aux ne pas plus moins très aussi ce cet \
                cette ces il elle ils elles on nous vous je tu se s son sa ses leur leurs y c n j m explique décris
                """)),
        TextLanguage(
            code: "es",
            functionWords: set(
                """
                el la los las un una unos unas y e o u pero si entonces que quien quién quienes cual cuál cuáles qué cuando \
                cuándo donde dónde cómo como porque por para es son era eran será serán ser sido fue fueron está están ha \
                han había haber puede pueden debe deben de del al a en con sin sobre entre hasta desde no más menos muy \
                también este esta estos estas ese esa eso esto se su sus lo le les nos él ella ellos ellas yo tú cuánto \
                cuántos cuántas explica describe
                """)),
        TextLanguage(
            code: "it",
            functionWords: set(
                """
                il lo la i gli le un uno una e ed o ma se allora che chi cui quale quali quando dove come perché cosa è \
                sono era erano sarà essere stato ha hanno aveva avere può possono deve devono di del dello della dei degli \
                delle a al allo alla ai agli alle da dal dalla in nel nella nei nelle con su sul sulla per tra fra non più \
                meno molto anche questo questa questi queste quello quella si suo sua suoi loro ci ne spiega descrivi
                """)),
        TextLanguage(
            code: "pt",
            functionWords: set(
                """
                o a os as um uma uns umas e ou mas se então que quem qual quais quando onde como porque por para é são era \
                eram será ser sido foi foram está estão tem têm tinha ter pode podem deve devem de do da dos das ao aos à \
                às em no na nos nas com sem sobre entre até não mais menos muito também este esta isto esse essa isso seu \
                sua seus suas ele ela eles elas eu
                """)),
        TextLanguage(
            code: "nl",
            functionWords: set(
                """
                de het een en of maar als dan dat die dit deze is zijn was waren wordt worden werd werden heeft hebben had \
                kan kunnen moet moeten zal zullen van in op aan uit bij met naar te tot voor over onder tussen door niet \
                geen ook nog al zeer zo hoe wat wie waar wanneer waarom welke er hij zij ze wij we ik je men zich hun
                """)),
    ]

    private static func set(_ words: String) -> Set<String> { Set(words.split(separator: " ").map(String.init)) }
}
