/// Phrases by which people say what troubles them and what they will do. Without any of them (another language) the ranking
/// alone decides.
struct DialogueCues {
    /// Names a problem or a wish.
    let isConcern: Bool
    /// Undertakes something, or asks somebody to do it.
    let isCommitment: Bool
    /// Agrees or concludes.
    let isConclusion: Bool
    /// Only asks.
    let isQuestion: Bool

    init(_ sentence: String, words: WordList) {
        let words = words.words.map(\.text)
        isConcern = Self.concerns.stands(in: words)
        isQuestion = sentence.hasSuffix("?") || sentence.hasSuffix("？") || sentence.hasSuffix("؟")
        isCommitment = !isQuestion && Self.commitments.stands(in: words)
        isConclusion = !isQuestion && Self.conclusions.stands(in: words)
    }

    /// A set of phrases, found by their first words.
    private struct Phrases {
        private var byFirst: [String: [[String]]] = [:]

        /// One phrase a line; apostrophes part words, as in `WordList`.
        init(_ text: String) {
            for line in text.split(separator: "\n") {
                let phrase = line.split(separator: " ").map(String.init)
                if let first = phrase.first { byFirst[first, default: []].append(phrase) }
            }
        }

        func stands(in words: [String]) -> Bool {
            words.indices.contains { index in
                byFirst[words[index]]?.contains { words[index...].starts(with: $0) } == true
            }
        }
    }

    private static let concerns = Phrases(
        """
        problem
        issue
        trouble
        wrong
        broken
        error
        failed
        fails
        missing
        complain
        complaint
        cancel
        refund
        not working
        doesn t work
        didn t work
        isn t working
        stopped working
        can t
        cannot
        couldn t
        unable to
        i need
        i want
        i would like
        i d like
        i m calling
        i am calling
        i m looking for
        i was wondering
        i have a question
        help me
        problem mit
        funktioniert nicht
        geht nicht
        ich möchte
        ich brauche
        ich habe ein problem
        problème
        ne fonctionne pas
        ne marche pas
        je voudrais
        j ai besoin
        problema
        no funciona
        quisiera
        quiero
        necesito
        non funziona
        vorrei
        ho bisogno
        não funciona
        eu quero
        preciso
        ik wil
        ik heb
        werkt niet
        """)

    private static let commitments = Phrases(
        """
        i will
        i ll
        we will
        we ll
        i m going to
        i am going to
        we re going to
        i can send
        you will receive
        you ll receive
        you ll get
        you will get
        will call you
        will be sent
        will send
        has to send
        please send
        please call
        please bring
        please fill
        please check
        please make sure
        you need to
        you should
        you have to
        let me schedule
        i have scheduled
        i ve scheduled
        i have booked
        i ve booked
        i have opened
        i ve opened
        i promise
        ich werde
        ich schicke
        ich sende
        wir werden
        wir schicken
        sie erhalten
        sie bekommen
        bitte senden
        bitte schicken
        je vais
        nous allons
        je vous envoie
        vous recevrez
        veuillez
        voy a
        vamos a
        le enviaré
        recibirá
        por favor envíe
        le invierò
        riceverà
        invieremo
        vou enviar
        vamos enviar
        receberá
        ik zal
        wij zullen
        u ontvangt
        """)

    private static let conclusions = Phrases(
        """
        agreed
        so we
        to summarise
        to summarize
        to confirm
        just to confirm
        that s settled
        it s a deal
        deal
        confirmed
        resolved
        scheduled
        booked
        appointment
        einverstanden
        vereinbart
        bestätigt
        d accord
        convenu
        confirmé
        de acuerdo
        confirmado
        d accordo
        confermato
        combinado
        afgesproken
        """)
}
