/// Which fonts documents are set in. Only these are looked at, so that a document looks the same on every machine that has
/// them, whatever else is installed there.
package struct FontSource: Sendable, Hashable {
    /// The folders that are searched, with those below them.
    package var folders: [String]
    /// The names of the font files that may be used, with `*` for anything. Folders must have no dot in their names.
    package var files: [String]
    /// The family of Latin, Greek and Cyrillic.
    package var primary: String
    /// The family of Chinese, Japanese and Korean, to which ` SC` is added. It must know the shapes of all their languages.
    package var cjk: String
    /// The family of emoji.
    package var emoji: String

    package init(folders: [String], files: [String], primary: String, cjk: String, emoji: String) {
        self.folders = folders
        self.files = files
        self.primary = primary
        self.cjk = cjk
        self.emoji = emoji
    }

    /// Noto Sans, which has all scripts in one design: Debian's fonts-noto-core, fonts-noto-cjk, fonts-noto-color-emoji.
    package static let noto = FontSource(
        folders: ["/usr/share/fonts", "/usr/local/share/fonts"],
        files: [
            "NotoSans-Italic.ttf", "NotoSans-BoldItalic.ttf", "NotoSans*-Regular.ttf", "NotoSans*-Bold.ttf",
            "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoColorEmoji.ttf",
        ],
        primary: "Noto Sans", cjk: "Noto Sans CJK", emoji: "Noto Color Emoji")

    /// The families in which text is looked for first. One of the Chinese, Japanese and Korean ones is enough: each has the
    /// characters of all, and gives those of the text's language their shapes there (OpenType feature `locl`). Every further
    /// one would be read whole by cairo, at 17 MB.
    var families: String { "\(primary),\(cjk) \(CJKVariant.simplifiedChinese.rawValue)" }

    /// As a document for fontconfig (fonts.conf(5)).
    var configuration: String {
        let folders = folders.map { "<dir>\(Self.escaped($0))</dir>" }.joined()
        let accepted = files.map { "<glob>*/\(Self.escaped($0))</glob>" }.joined()
        // Pictures come in one size; the included rule has them scaled to the size of the text. What is rejected are files:
        // a folder that was rejected would not be searched.
        return """
            <?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>\
            \(folders)<cachedir>/var/cache/fontconfig</cachedir><cachedir prefix="xdg">fontconfig</cachedir>\
            <include ignore_missing="yes">/usr/share/fontconfig/conf.avail/10-scale-bitmap-fonts.conf</include>\
            <selectfont><rejectfont><glob>*.*</glob></rejectfont><acceptfont>\(accepted)</acceptfont></selectfont>\
            <match target="pattern"><test name="family"><string>emoji</string></test>\
            <edit name="family" mode="prepend" binding="strong"><string>\(Self.escaped(emoji))</string></edit></match>\
            </fontconfig>
            """
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
        return result
    }
}

/// The shapes that Chinese characters have in a language.
enum CJKVariant: String, Sendable, Hashable {
    case simplifiedChinese = "SC"
    case traditionalChinese = "TC"
    case japanese = "JP"
    case korean = "KR"

    /// For a tag such as `zh-TW`; nil when the language has no such characters.
    init?(language: String) {
        let tag = language.lowercased()
        if tag.hasPrefix("ja") {
            self = .japanese
        } else if tag.hasPrefix("ko") {
            self = .korean
        } else if tag.hasPrefix("zh") {
            self =
                tag.contains("tw") || tag.contains("hk") || tag.contains("hant")
                ? .traditionalChinese : .simplifiedChinese
        } else {
            return nil
        }
    }

    /// The tag of the language.
    var language: String {
        switch self {
        case .simplifiedChinese: "zh-cn"
        case .traditionalChinese: "zh-tw"
        case .japanese: "ja"
        case .korean: "ko"
        }
    }
}
