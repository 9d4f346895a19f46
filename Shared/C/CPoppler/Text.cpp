// Words in reading order, by the same text device pdftotext uses.
#include "Document.h"

#include <cstring>
#include <string>
#include <strings.h>
#include <vector>

#include <GfxFont.h>
#include <TextOutputDev.h>
#include <goo/GooString.h>

struct LecternPDFText {
    std::vector<uint32_t> characters;
    std::vector<LecternPDFWord> words;
    std::vector<LecternPDFLine> lines;
    LecternPDFGlyphCount glyphs {};
};

namespace {

/// The text device, which also counts what kinds of glyphs the page shows.
class CountingTextDevice final : public TextOutputDev
{
public:
    LecternPDFGlyphCount counts {};

    CountingTextDevice() : TextOutputDev(nullptr, false, 0, false, false) { }

    void startPage(int number, GfxState *state, XRef *xref) override
    {
        width = state->getPageWidth();
        height = state->getPageHeight();
        TextOutputDev::startPage(number, state, xref);
    }

    void updateFont(GfxState *state) override
    {
        const std::shared_ptr<GfxFont> &font = state->getFont();
        isType3 = font && font->getType() == fontType3;
        TextOutputDev::updateFont(state);
    }

    void drawChar(GfxState *state, double x, double y, double dx, double dy, double originX, double originY,
                  CharCode code, int nBytes, const Unicode *unicode, int unicodeLength) override
    {
        counts.glyphs += 1;
        if ((state->getRender() & 3) == 3) {
            counts.invisible += 1;
        }
        if (unicodeLength == 0) {
            counts.unmapped += 1;
        }
        if (isType3) {
            counts.type3 += 1;
        }
        double deviceX, deviceY;
        state->transform(x, y, &deviceX, &deviceY);
        if (!(deviceX >= -1 && deviceX <= width + 1 && deviceY >= -1 && deviceY <= height + 1)) {
            counts.outside += 1;
        }
        // poppler takes the control codes of TeX's ligatures for white space and drops them: they travel as private ones.
        Unicode ligature;
        if (unicodeLength == 1 && ((unicode[0] >= 0x0B && unicode[0] <= 0x0F) || (unicode[0] >= 0x1B && unicode[0] <= 0x1F))) {
            ligature = LECTERN_PDF_CONTROL_CODES + unicode[0];
            unicode = &ligature;
        }
        TextOutputDev::drawChar(state, x, y, dx, dy, originX, originY, code, nBytes, unicode, unicodeLength);
    }

private:
    double width = 0, height = 0;
    bool isType3 = false;
};

/// Whether a font is bold, remembered for the font asked about last because words of one font follow each other.
struct BoldFonts {
    const TextFontInfo *last = nullptr;
    bool isBold = false;

    bool operator()(const TextFontInfo *font)
    {
        if (font != last) {
            last = font;
            const GooString *name = font->getFontName();
            const char *text = name != nullptr ? name->c_str() : "";
            isBold = font->isBold() || strcasestr(text, "bold") != nullptr || strcasestr(text, "black") != nullptr
                || strcasestr(text, "heavy") != nullptr || strcasestr(text, "CMBX") != nullptr;
        }
        return isBold;
    }
};

void appendWord(LecternPDFText &text, const TextWord *word, BoldFonts &boldFonts)
{
    const int length = word->getLength();
    LecternPDFWord entry {};
    double x0, y0, x1, y1;
    word->getBBox(&x0, &y0, &x1, &y1);
    entry.x0 = float(x0);
    entry.y0 = float(y0);
    entry.x1 = float(x1);
    entry.y1 = float(y1);
    entry.fontSize = float(word->getFontSize());
    entry.firstCharacter = uint32_t(text.characters.size());
    entry.characterCount = uint32_t(length);
    entry.hasSpaceAfter = word->hasSpaceAfter();
    entry.rotation = uint8_t(word->getRotation());
    if (length > 0) {
        const TextFontInfo *font = word->getFontInfo(0);
        entry.isBold = boldFonts(font);
        entry.isItalic = font->isItalic();
        const Unicode *characters = word->getChar(0);
        text.characters.insert(text.characters.end(), characters, characters + length);
    }
    text.words.push_back(entry);
}

void append(LecternPDFText &text, const TextPage *page)
{
    BoldFonts boldFonts;
    for (const TextFlow *flow = page->getFlows(); flow != nullptr; flow = flow->getNext()) {
        for (const TextBlock *block = flow->getBlocks(); block != nullptr; block = block->getNext()) {
            bool startsBlock = true;
            for (const TextLine *line = block->getLines(); line != nullptr; line = line->getNext()) {
                LecternPDFLine entry {};
                entry.firstWord = uint32_t(text.words.size());
                for (const TextWord *word = line->getWords(); word != nullptr; word = word->getNext()) {
                    appendWord(text, word, boldFonts);
                }
                entry.wordCount = uint32_t(text.words.size()) - entry.firstWord;
                entry.isHyphenated = line->isHyphenated();
                entry.startsBlock = startsBlock;
                if (entry.wordCount > 0) {
                    text.lines.push_back(entry);
                    startsBlock = false;
                }
            }
        }
    }
}

} // namespace

LecternPDFText *lectern_pdf_text(LecternPDFDocument *document, int number)
{
    return lecternGuarded([&]() -> LecternPDFText * {
        if (document->page(number) == nullptr) {
            return nullptr;
        }
        auto text = std::make_unique<LecternPDFText>();
        CountingTextDevice device;
        lecternDisplay(document, number, &device, 72, 72);
        text->glyphs = device.counts;
        TextPage *page = device.takeText();
        append(*text, page);
        page->decRefCnt();
        return text.release();
    });
}

void lectern_pdf_text_free(LecternPDFText *text)
{
    delete text;
}

const uint32_t *lectern_pdf_text_characters(const LecternPDFText *text, size_t *count)
{
    *count = text->characters.size();
    return text->characters.data();
}

const LecternPDFWord *lectern_pdf_text_words(const LecternPDFText *text, size_t *count)
{
    *count = text->words.size();
    return text->words.data();
}

const LecternPDFLine *lectern_pdf_text_lines(const LecternPDFText *text, size_t *count)
{
    *count = text->lines.size();
    return text->lines.data();
}

LecternPDFGlyphCount lectern_pdf_text_glyphs(const LecternPDFText *text)
{
    return text->glyphs;
}
