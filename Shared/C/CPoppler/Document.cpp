#include "Document.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>

#include <Error.h>
#include <ErrorCodes.h>
#include <GlobalParams.h>
#include <Page.h>
#include <Stream.h>
#include <UTF.h>
#include <UnicodeMap.h>
#include <goo/GooString.h>

void lectern_pdf_prepare(void)
{
    static std::once_flag once;
    std::call_once(once, [] {
        globalParams = std::make_unique<GlobalParams>();
        // Damaged files produce thousands of messages; what matters to us comes back as a status.
        globalParams->setErrQuiet(true);
    });
}

LecternPDFDocument *lectern_pdf_open(const char *bytes, size_t length, const char *password, LecternPDFStatus *status)
{
    *status = LECTERN_PDF_DAMAGED;
    try {
        lectern_pdf_prepare();
        auto stream = std::make_unique<MemStream>(bytes, 0, Goffset(length), Object(objNull));
        std::optional<GooString> secret;
        if (password != nullptr) {
            secret.emplace(password);
        }
        auto document = std::make_unique<LecternPDFDocument>();
        // PDFDoc owns the stream from here on, also when opening fails.
        document->pdf = std::make_unique<PDFDoc>(stream.release(), secret, secret);
        if (!document->pdf->isOk()) {
            *status = document->pdf->getErrorCode() == errEncrypted ? LECTERN_PDF_ENCRYPTED : LECTERN_PDF_DAMAGED;
            return nullptr;
        }
        *status = LECTERN_PDF_OK;
        return document.release();
    } catch (const std::bad_alloc &) {
        *status = LECTERN_PDF_NO_MEMORY;
    } catch (...) {
        *status = LECTERN_PDF_DAMAGED;
    }
    return nullptr;
}

void lectern_pdf_close(LecternPDFDocument *document)
{
    delete document;
}

int lectern_pdf_page_count(LecternPDFDocument *document)
{
    return document->pdf->getNumPages();
}

bool lectern_pdf_may_copy(LecternPDFDocument *document)
{
    return document->pdf->okToCopy();
}

size_t lectern_pdf_title(LecternPDFDocument *document, char *buffer, size_t capacity)
{
    try {
        const std::unique_ptr<GooString> title = document->pdf->getDocInfoTitle();
        if (!title) {
            return 0;
        }
        Unicode *characters = nullptr;
        const int count = TextStringToUCS4(title->toStr(), &characters);
        const UnicodeMap *map = globalParams->getUtf8Map();
        size_t used = 0;
        for (int index = 0; index < count && map != nullptr; ++index) {
            char encoded[8];
            const int length = map->mapUnicode(characters[index], encoded, sizeof encoded);
            if (length <= 0 || used + size_t(length) > capacity) {
                break;
            }
            std::memcpy(buffer + used, encoded, size_t(length));
            used += size_t(length);
        }
        gfree(characters);
        return used;
    } catch (...) {
        return 0;
    }
}

bool lectern_pdf_page_size(LecternPDFDocument *document, int number, double *width, double *height, int *rotation)
{
    try {
        Page *page = document->page(number);
        if (page == nullptr || !page->isOk()) {
            return false;
        }
        *width = page->getCropWidth();
        *height = page->getCropHeight();
        *rotation = page->getRotate();
        if (*rotation == 90 || *rotation == 270) {
            std::swap(*width, *height);
        }
        return std::isfinite(*width) && std::isfinite(*height) && *width > 0 && *height > 0;
    } catch (...) {
        return false;
    }
}

/// Comments, pop-ups and attachments are not part of what the page says; form fields, stamps and typed text are.
static bool isPartOfPage(Annot *annotation, void *)
{
    switch (annotation->getType()) {
    case Annot::typeFreeText:
    case Annot::typeLine:
    case Annot::typeSquare:
    case Annot::typeCircle:
    case Annot::typePolygon:
    case Annot::typePolyLine:
    case Annot::typeHighlight:
    case Annot::typeUnderline:
    case Annot::typeSquiggly:
    case Annot::typeStrikeOut:
    case Annot::typeStamp:
    case Annot::typeInk:
    case Annot::typeWidget:
    case Annot::typeWatermark:
        return true;
    default:
        return false;
    }
}

void lecternDisplay(LecternPDFDocument *document, int page, OutputDev *device, double horizontalDPI, double verticalDPI)
{
    document->pdf->displayPageSlice(device, page, horizontalDPI, verticalDPI, 0, false, true, false, -1, -1, -1, -1,
                                    nullptr, nullptr, isPartOfPage, nullptr);
}
