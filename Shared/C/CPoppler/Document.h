// What the files of this target share: the document behind the handle, and how a page is walked through a device.
#pragma once

#include "include/CPoppler.h"

#include <memory>

#include <Annot.h>
#include <GfxState.h>
#include <OutputDev.h>
#include <PDFDoc.h>

struct LecternPDFDocument {
    std::unique_ptr<PDFDoc> pdf;

    /// The page, or nullptr when there is none with this number.
    Page *page(int number)
    {
        if (number < 1 || number > pdf->getNumPages()) {
            return nullptr;
        }
        return pdf->getPage(number);
    }
};

/// Draws a page's crop box on the device, with the annotations a reader sees as part of the page.
void lecternDisplay(LecternPDFDocument *document, int page, OutputDev *device, double horizontalDPI, double verticalDPI);

/// Runs `body` and answers nullptr instead of letting any C++ exception out.
template<typename Body>
auto lecternGuarded(Body body) noexcept -> decltype(body())
{
    try {
        return body();
    } catch (...) {
        return nullptr;
    }
}
