/// A set of phrases, found by their first words.
struct DialoguePhrases {
    private var byFirst: [String: [[String]]] = [:]

    /// Phrases parted by commas and line ends; apostrophes part words, as in `WordList`.
    init(_ text: String) {
        for line in text.split(whereSeparator: { $0 == "," || $0 == "\n" }) {
            let phrase = line.split(separator: " ").map(String.init)
            if let first = phrase.first { byFirst[first, default: []].append(phrase) }
        }
    }

    func stands(in words: [String]) -> Bool {
        words.indices.contains { begins(words[$0...]) }
    }

    func begins(_ words: some Collection<String>) -> Bool {
        guard let first = words.first else { return false }
        return byFirst[first]?.contains { words.starts(with: $0) } == true
    }
}

extension DialoguePhrases {
    static let problems = DialoguePhrases(
        """
        problem, problems, issue, issues, trouble, wrong, incorrect, mistake, broken, broke, error, errors, failed, fails
        missing, lost, stolen, damaged, cracked, leaking, leaks, defective, faulty, dead, stuck, locked, blocked
        declined, rejected, refused, denied, expired, overdue, disappeared, hacked, fraud, scam, unauthorised, unauthorized
        suspicious, complain, complaint, disappointed, unhappy, overcharged, crashed, crashes, emergency, urgent, accident
        charged twice, charged double, charged me, billed twice, billed me, paid twice, twice for, double charge, a second time
        too much, too high, too low, too late, is late, was late, days late, delayed, delay, not working, stopped working
        doesn t, didn t work, didn t get, didn t receive, didn t arrive, didn t come, isn t, wasn t, won t, never came
        never arrived, never received, never got, never showed, haven t received, hasn t arrived, have not received
        has not arrived, not arrived, not received, still waiting, no longer, can t, cannot, couldn t, unable to, keeps
        forgot, forgotten, hurts, pain, fever, out of order, shut down, no internet, no signal, no power, no heating, no water
        probleme, fehler, falsch, falsche, falschen, kaputt, defekt, fehlt, fehlen, verloren, gestohlen, beschädigt, gesperrt
        blockiert, abgelehnt, abgelaufen, ausgefallen, doppelt, zweimal, zu viel, zu hoch, zu spät, verspätet, beschwerde
        beschweren, funktioniert nicht, geht nicht, nicht angekommen, nicht erhalten, nicht bekommen, nie angekommen
        kommt nicht, kam nicht, nicht mehr, gar nicht, überhaupt nicht, noch nicht, keinen zugang, problem mit
        problema, problemas, equivocado, equivocada, incorrecto, incorrecta, roto, rota, perdido, perdí, robado, robaron
        dañado, dañada, bloqueado, bloqueada, rechazado, rechazada, caducado, vencido, avería, queja, reclamar, dos veces
        demasiado, no funciona, no puedo, no llega, no llegó, no ha llegado, no he recibido, no recibí, nunca llegó
        me cobraron, me han cobrado, falta, faltan
        problème, problèmes, erreur, panne, cassé, perdu, volé, bloqué, refusé, expiré, deux fois, ne fonctionne, ne marche
        pas reçu, pas arrivé, n arrive pas, réclamation, non funziona, não funciona, werkt niet
        """)

    /// In spite of a word that names one.
    static let noProblems = DialoguePhrases(
        """
        no problem, not a problem, no problems, nothing wrong, no issue, kein problem, no hay problema, sin problema
        pas de problème, nessun problema, sem problema, geen probleem
        """)

    static let wishes = DialoguePhrases(
        """
        i need, i want, i wanted, i would like, i d like, i d love, i m calling, i am calling, i m looking for, i am looking for
        i was wondering, i have a question, i ve got a question, help me, i m trying to, i am trying to, i m interested
        i am interested, is it possible to, would it be possible, could i, can i, may i, how do i, how can i, where can i
        we need, we want, we d like, we would like, it s about, it is about, the reason, cancel, refund, reschedule
        return it, return them, make an appointment, book an, change my, move my
        ich möchte, ich brauche, ich würde gern, ich würde gerne, ich wollte, ich will, ich hätte gern, ich hätte gerne
        ich suche, ich rufe, ich habe eine frage, können sie mir helfen, kann ich, könnte ich, es geht um, kündigen, stornieren
        rückerstattung, wir möchten, wir brauchen
        quisiera, quiero, quería, necesito, necesitamos, me gustaría, llamo por, llamo para, llamo porque, tengo una pregunta
        puede ayudarme, podría ayudarme, es posible, cancelar, reembolso, devolución, devolver
        je voudrais, j aimerais, j ai besoin, je souhaite, j appelle, je vous appelle, est ce que je peux, annuler
        remboursement, vorrei, ho bisogno, eu quero, gostaria, preciso, ik wil, ik heb
        """)

    static let commitments = DialoguePhrases(
        """
        i will, i ll, we will, we ll, i m going to, i am going to, we re going to, i can send, you will receive
        you ll receive, you ll get, you will get, you can expect, will call you, will be sent, will be refunded
        will be credited, will be replaced, will send, will arrive, will come, has to send, please send, please call
        please bring, please fill, please check, please make sure, please confirm, please let me know, please email
        you need to, you should, you have to, let me schedule, i have scheduled, i ve scheduled, i have booked, i ve booked
        i have opened, i ve opened, i have ordered, i ve ordered, i promise
        ich werde, werde ich, ich schicke, ich sende, ich buche, ich kümmere mich, wir werden, werden wir, wir schicken
        wir erstatten, sie erhalten, sie bekommen, bitte senden, bitte schicken, bitte rufen, bitte bringen, kommt am
        je vais, nous allons, je vous envoie, vous recevrez, veuillez
        voy a, vamos a, le envío, le enviaré, le enviaremos, le mandaré, le llamaremos, recibirá, por favor envíe
        por favor mande
        le invierò, riceverà, invieremo, vou enviar, vamos enviar, receberá, ik zal, wij zullen, u ontvangt
        """)

    /// Done while they speak: nothing is left of it to do.
    static let steps = DialoguePhrases(
        """
        i ll check, i will check, i ll have a look, i will have a look, i ll take a look, i ll just, i ll look
        i will look, i ll be happy, i will be happy, i ll put you, voy a comprobar, voy a mirar, voy a revisar, je vais vérifier
        """)

    static let courtesies = DialoguePhrases(
        """
        thank you, thanks, you re welcome, you are welcome, goodbye, bye, good morning, good afternoon, good evening, hello
        hi, how are you, how can i help, how may i help, what can i do for you, what can i help, have a nice, have a good
        have a great, anything else, look forward, looking forward, my pleasure, no problem, no worries, sorry to hear
        happy to help, glad to help, take care, one moment, welcome to
        guten tag, guten morgen, guten abend, hallo, vielen dank, danke, auf wiederhören, auf wiedersehen, tschüss
        schönen tag, wie kann ich, was kann ich, sonst noch, gern geschehen, kein problem
        buenos días, buenas tardes, hola, gracias, de nada, adiós, hasta luego, en qué puedo, algo más, que tenga
        bonjour, merci, au revoir, de rien, bonne journée, je vous en prie, comment puis je, buongiorno, grazie, arrivederci
        bom dia, obrigado, obrigada, goedemorgen, dank u, tot ziens
        """)

    /// As the beginning of a sentence.
    static let confirmations = DialoguePhrases(
        """
        yes, yeah, yep, exactly, right, correct, that s right, that is right, that s correct, that s fine, that is fine
        that s all, that was all, that is all, that s it, that works, that would be, no that, perfect, great, wonderful
        sounds good, okay, ok, sure, of course, alright, understood, got it, very good, fine
        ja, genau, richtig, stimmt, das passt, das ist gut, in ordnung, einverstanden, nein das, alles klar, gut, prima
        sí, exacto, correcto, perfecto, de acuerdo, está bien, muy bien, vale, no eso
        oui, exactement, d accord, parfait, très bien, c est bon, sì, esatto, va bene, sim, isso, ja hoor, klopt
        """)

    static let identifications = DialoguePhrases(
        """
        my name is, my name s, this is, speaking, under the name, date of birth, customer number, booking number, order number
        account number, policy number, reference number, contract number, my number is, my address is, my email is
        mein name ist, kundennummer, auftragsnummer, vertragsnummer, geburtsdatum, ich heiße
        me llamo, mi nombre es, número de cliente, número de pedido, fecha de nacimiento
        je m appelle, mon nom est, numéro de client, numéro de commande
        """)

    static let conclusions = DialoguePhrases(
        """
        agreed, so we, to summarise, to summarize, to confirm, just to confirm, that s settled, it s a deal, deal
        confirmed, resolved, scheduled, booked, appointment, einverstanden, vereinbart, bestätigt, d accord, convenu
        confirmé, de acuerdo, confirmado, d accordo, confermato, combinado, afgesproken
        """)
}
