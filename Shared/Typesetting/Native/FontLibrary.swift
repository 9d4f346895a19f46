internal import CPangoCairo

/// The fonts of a theme, opened once and kept warm, with the shapes of words that were already set in them.
///
/// For one thread: ``Typesetter`` keeps it within its actor.
final class FontLibrary {
    /// For the calls of CPangoCairo; valid as long as this is.
    let handle: OpaquePointer
    let source: FontSource
    var scratch = PlainShaper.Scratch()

    private var numbers: [FaceKey: Int32] = [:]
    private var measured: [Int32: Face] = [:]

    /// One face in one size.
    struct Face {
        let number: Int32
        let ascent, descent: Double
        let spaceWidth: Float
        let spaceGlyph: UInt32
        /// As runs name it.
        let font: Int32
    }

    private struct FaceKey: Hashable {
        var isBold: Bool
        var isItalic: Bool
        var size: Double
    }

    /// Faces that are kept. Sizes come from themes, which are few; a caller that makes up sizes gets a new library.
    static let facesMax = 512

    /// - Throws: `libraryUnavailable` without pango, `fontsMissing` without the primary family of `source`.
    init(_ source: FontSource) throws(TypesettingError) {
        guard lectern_pango_load() else {
            throw TypesettingError(
                .libraryUnavailable, "pango and cairo cannot be loaded; they are in Debian's libpangocairo-1.0-0")
        }
        guard let handle = lectern_fonts_open(source.configuration) else {
            throw TypesettingError(.failed, "the fonts could not be opened")
        }
        guard lectern_fonts_have(handle, source.primary) else {
            lectern_fonts_close(handle)
            throw TypesettingError(
                .fontsMissing, "the font \(source.primary) is not installed; Noto Sans is in Debian's fonts-noto-core")
        }
        self.handle = handle
        self.source = source
    }

    deinit {
        lectern_fonts_close(handle)
    }

    /// Whether it has grown so much that the next document should have a new one.
    var isWornOut: Bool { numbers.count > Self.facesMax }

    /// - Throws: `failed` when memory runs out.
    func face(bold: Bool, italic: Bool, size: Double) throws(TypesettingError) -> Face {
        let key = FaceKey(isBold: bold, isItalic: italic, size: size)
        let number = numbers[key] ?? lectern_face_add(handle, source.families, bold ? 700 : 400, italic, size)
        if let face = measured[number] { return face }
        let info = lectern_face_get(handle, number)
        guard number >= 0, info.font >= 0 else { throw TypesettingError(.failed, "a font could not be loaded") }
        let face = Face(
            number: number, ascent: info.ascent, descent: info.descent, spaceWidth: Float(info.space_width),
            spaceGlyph: info.space_glyph, font: info.font)
        numbers[key] = number
        measured[number] = face
        return face
    }
}
