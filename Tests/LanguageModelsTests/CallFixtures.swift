import LanguageModels

/// Calls of our own invention, with what a summary of each must and must not hold.
struct CallFixture: Sendable, CustomStringConvertible {
    let name: String
    /// `A: …` and `C: …`, ten seconds apart.
    let lines: [String]
    /// Parts of the sentence that is the customer's concern; any of them.
    let concern: [String]
    /// Parts of sentences that must be among the points.
    var points: [String] = []
    /// Parts of sentences that must be among what was promised.
    var promises: [String] = []
    /// Parts of sentences that must be nowhere.
    let never: [String]

    var description: String { name }

    var turns: [DialogueTurn] {
        lines.enumerated().map { index, line in
            DialogueTurn(
                role: line.hasPrefix("A: ") ? .agent : .customer, text: String(line.dropFirst(3)),
                atSeconds: Double(index * 10))
        }
    }

    static let all = [
        CallFixture(
            name: "hotel, charged twice",
            lines: [
                "A: Good evening, Lakeside Inn, how may I help you?",
                "C: Hi there. We stayed with you last week, and my card was charged twice for the same night.",
                "A: I'm sorry to hear that. Could you tell me the booking number?",
                "C: Sure, it is four seven one nine, under the name of Okafor.",
                "A: Thank you, Mrs Okafor. I can see both payments of one hundred and forty dollars.",
                "C: Exactly.",
                "A: I will refund the second payment today, and it takes five working days to arrive.",
                "C: Great. Could you please send me a confirmation of the refund by email?",
                "A: You will receive it within the hour. Is there anything else I can do for you?",
                "C: No, that was all. Thanks for the refund, and have a nice evening.",
                "A: You're welcome. Goodbye.",
            ], concern: ["charged twice for the same night"], promises: ["refund the second payment today"],
            never: ["how may I help", "that was all", "You're welcome", "Exactly"]),
        CallFixture(
            name: "internet, after small talk",
            lines: [
                "A: Hello, you're through to Brightline. My name is Ines, how are you today?",
                "C: Hello Ines, not too bad, thank you, a bit of rain here.",
                "A: Oh, here as well. What can I do for you?",
                "C: Yes, my name is Peter Lund, customer number two two eight four.",
                "C: Since Sunday the internet drops every evening, and the router shows a red light.",
                "A: I understand. Let me run a test on the line, one moment.",
                "A: The line is fine, but your router has an old version of its software.",
                "C: Okay. So what happens now?",
                "A: I'll send you a new router tomorrow, and you need to plug it in and wait ten minutes.",
                "C: Perfect, that works for me. Thank you very much.",
                "A: My pleasure. Have a nice day.",
            ], concern: ["internet drops every evening"], promises: ["send you a new router tomorrow"],
            never: ["a bit of rain", "Thank you very much", "Have a nice day"]),
        CallFixture(
            name: "dentist, a wish as a question",
            lines: [
                "A: Dental practice Dr. Novak, good morning.",
                "C: Good morning. Could I move my appointment from Thursday to next week?",
                "A: Of course. May I have your date of birth?",
                "C: The third of May nineteen ninety one.",
                "A: Thank you. I have Tuesday at nine or Wednesday at half past four.",
                "C: Wednesday at half past four is good, because I work in the mornings.",
                "A: I have booked you for Wednesday at half past four. Please bring your insurance card.",
                "C: I will. Thank you, goodbye.",
            ], concern: ["move my appointment from Thursday"], promises: ["bring your insurance card"],
            never: ["goodbye", "good morning"]),
        CallFixture(
            name: "bank, a stolen card",
            lines: [
                "A: Thank you for calling Northern Bank. This call may be recorded. How can I help?",
                "C: My wallet was stolen on the train this morning with both of my bank cards in it.",
                "A: I am sorry. Let us block them at once. Is your name Helen Brandt?",
                "C: Yes, that's right.",
                "A: Both cards are blocked now. There was one payment of sixty euros at a petrol station at ten.",
                "C: That was not me, I don't even have a car.",
                "A: Then we will return the sixty euros, and please send us the police report within ten days.",
                "C: All right, I'll send the police report tomorrow. Thank you for your quick help.",
                "A: You will get new cards by post within five days. Take care.",
            ], concern: ["wallet was stolen"], points: ["cards are blocked now"],
            promises: ["please send us the police report", "new cards by post"],
            never: ["may be recorded", "quick help", "that's right"]),
        CallFixture(
            name: "gym, ending a contract",
            lines: [
                "A: Fit Factory, this is Carlos speaking.",
                "C: Hey Carlos. I signed up with you two years ago.",
                "C: I'm moving to Ireland in March, so I want to end my membership.",
                "A: That's a pity. The notice period is one month to the end of a quarter.",
                "C: So until when would I have to pay?",
                "A: Until the thirty first of March, and you have to return the locker key before that.",
                "C: Fine. Can you confirm that in writing?",
                "A: Sure, I'll email you the confirmation this afternoon.",
                "C: Wonderful, thanks a lot, bye.",
            ], concern: ["want to end my membership"], points: ["thirty first of March"],
            promises: ["email you the confirmation"], never: ["thanks a lot"]),
        CallFixture(
            name: "shop, a broken lamp, told late in the sentence",
            lines: [
                "A: Welcome to Lumen and Sons. What can I help you with?",
                "C: Um, hello, yes, so, I ordered a floor lamp from you on the second.",
                "C: It came yesterday, and the glass was broken when I opened the box.",
                "A: Oh no. Do you still have the packaging?",
                "C: Yes, I kept the box and took pictures of the broken glass.",
                "A: Please send us the pictures. We will send a new glass, you can keep the lamp.",
                "C: That is fine. How long does that take?",
                "A: The new glass will arrive on Monday.",
                "C: Sounds good. Bye.",
            ], concern: ["glass was broken when I opened the box"],
            promises: ["Please send us the pictures", "will arrive on Monday"],
            never: ["What can I help", "Sounds good"]),
        CallFixture(
            name: "Heizung, auf Deutsch",
            lines: [
                "A: Guten Morgen, Hausverwaltung Berger, was kann ich für Sie tun?",
                "C: Guten Morgen, mein Name ist Schulte, ich wohne in der Lindenstraße zwölf.",
                "C: Unsere Heizung funktioniert seit Samstag nicht mehr, und in der Wohnung sind nur noch fünfzehn Grad.",
                "A: Das tut mir leid. Ist das warme Wasser auch ausgefallen?",
                "C: Nein, das warme Wasser läuft.",
                "A: Ich schicke Ihnen heute Nachmittag einen Techniker von der Firma Kranz.",
                "C: Sehr gut. Ich bin ab vierzehn Uhr zu Hause.",
                "A: Der Techniker prüft die Pumpe und den Thermostat. Kann ich sonst noch etwas für Sie tun?",
                "C: Nein, das war alles, vielen Dank.",
                "A: Gern geschehen, auf Wiederhören.",
            ], concern: ["Heizung funktioniert seit Samstag nicht mehr"],
            promises: ["heute Nachmittag einen Techniker"],
            never: ["Guten Morgen, Hausverwaltung", "vielen Dank", "Gern geschehen"]),
        CallFixture(
            name: "paquete, en español",
            lines: [
                "A: Buenos días, le atiende Lucía, ¿en qué puedo ayudarle?",
                "C: Buenos días, Lucía. Hice un pedido hace dos semanas.",
                "C: El paquete todavía no ha llegado, y en la página dice que fue entregado el lunes.",
                "A: Lo siento mucho. ¿Me da el número de pedido, por favor?",
                "C: Sí, es el siete siete tres uno.",
                "A: Gracias. Veo que el mensajero lo dejó en una tienda de la calle Mayor.",
                "C: Nadie me avisó, y esa tienda está cerrada por obras.",
                "A: Voy a pedir que lo traigan mañana a su casa entre las diez y las doce.",
                "C: Perfecto. Por favor mande un mensaje cuando salga.",
                "A: Claro que sí. ¿Algo más?",
                "C: No, eso es todo. Muchas gracias, hasta luego.",
            ], concern: ["paquete todavía no ha llegado"], promises: ["lo traigan mañana a su casa"],
            never: ["en qué puedo ayudarle", "hasta luego"]),
        CallFixture(
            name: "a question to a library, no problem at all",
            lines: [
                "A: City library, hello.",
                "C: Hello, do you have the new book by Marta Oyelaran about rivers?",
                "A: Yes, we have two copies, and one of them is here.",
                "C: Great, no problem to come by today then. Until when are you open?",
                "A: Until seven. I will keep the book about rivers at the front desk for you.",
                "C: Perfect, thank you. Bye bye.",
            ], concern: ["new book by Marta Oyelaran about rivers"], promises: ["keep the book about rivers"],
            never: ["no problem to come by", "Bye bye"]),
    ]
}
