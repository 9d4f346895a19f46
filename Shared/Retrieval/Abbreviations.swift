/// Words that are written with a full stop which does not end the sentence, in small letters, without the last stop.
enum Abbreviations {
    /// Always followed by what they belong to.
    static let alwaysGoOn: Set<String> = [
        // English and Latin
        "e.g", "i.e", "eg", "ie", "cf", "viz", "vs", "dr", "mr", "mrs", "ms", "prof", "st", "fig", "figs", "eq", "eqs",
        "sec", "ref", "refs", "ch", "chap", "pp", "vol", "nos", "approx", "ca", "resp", "incl", "tab", "suppl", "gen",
        "gov", "sen", "rep", "capt", "lt", "col", "mt", "subsp", "var", "def", "thm", "prop", "lem", "ed", "eds",
        "dept",
        // Spanish, Portuguese, Italian, French
        "sr", "sra", "srta", "dra", "pág", "págs", "ej", "p.ej", "núm", "art", "arts", "mme", "mlle", "ex", "p.ex",
        // German, Dutch
        "z.b", "bzw", "d.h", "vgl", "abb", "nr", "hr", "fr", "bijv", "d.w.z", "u.a", "evtl", "ggf", "sog",
    ]

    /// May also stand at the end of a sentence; then the next word tells.
    static let mayEnd: Set<String> = [
        "al", "etc", "usw", "inc", "ltd", "co", "corp", "jr", "no", "spp", "sp", "a.m", "p.m", "u.s", "u.k", "ph.d",
        "jan", "feb", "mar", "apr", "aug", "sept", "oct", "nov", "dec", "min", "max", "p", "pg", "hrs", "est",
    ]

    /// Words that begin a sentence far more often than they stand in the middle of one with a capital letter.
    static let openers: Set<String> = [
        "The", "This", "These", "Those", "That", "It", "Its", "In", "We", "They", "He", "She", "There", "However", "An",
        "As", "At", "For", "From", "If", "When", "While", "With", "What", "Which", "Our", "Their", "On", "To", "By",
        "But", "And", "Thus", "Therefore", "Moreover", "Furthermore", "Although", "After", "Before", "Each", "All",
        "Some", "Such", "Both", "Here", "Also", "Then", "Finally", "Since", "Because", "Hence", "Most", "Many", "Other",
        "El", "La", "Los", "Las", "En", "Es", "Der", "Die", "Das", "Le", "Les", "Il", "Een", "Het",
    ]
}
