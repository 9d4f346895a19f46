// A plain C face of poppler's core (libpoppler 22.12, the C++ classes behind pdftotext), for the Swift module PDFText.
//
// Rules for every function: nothing throws, nothing keeps a caller's pointer beyond the call unless it says so, and
// results are flat arrays that stay valid until the page they belong to is freed. A document is used by one thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LecternPDFDocument LecternPDFDocument;
typedef struct LecternPDFText LecternPDFText;
typedef struct LecternPDFImages LecternPDFImages;
typedef struct LecternPDFRaster LecternPDFRaster;
typedef struct LecternPDFOutline LecternPDFOutline;

typedef enum {
    LECTERN_PDF_OK = 0,
    LECTERN_PDF_DAMAGED = 1,
    LECTERN_PDF_ENCRYPTED = 2,
    LECTERN_PDF_NO_MEMORY = 3,
} LecternPDFStatus;

/// Opens a document over `length` bytes, which must stay valid and unchanged until `lectern_pdf_close`.
/// The password may be NULL. Returns NULL and sets `status` when the document cannot be read.
LecternPDFDocument *lectern_pdf_open(const char *bytes, size_t length, const char *password, LecternPDFStatus *status);
void lectern_pdf_close(LecternPDFDocument *document);

int lectern_pdf_page_count(LecternPDFDocument *document);
/// Whether the owner allows text to be taken out; files without encryption always do.
bool lectern_pdf_may_copy(LecternPDFDocument *document);
/// The title of the document in UTF-8, at most `capacity` bytes, without a terminator. Returns the bytes written.
size_t lectern_pdf_title(LecternPDFDocument *document, char *buffer, size_t capacity);

/// The size of a page in points as a reader sees it (crop box, page rotation and user unit applied), and its rotation.
/// Returns false when the page does not exist or its box is unusable. Pages count from 1.
bool lectern_pdf_page_size(LecternPDFDocument *document, int page, double *width, double *height, int *rotation);

// Text.

/// Control codes from 0x0B to 0x0F and 0x1B to 0x1F appear in a page's code points with this added.
#define LECTERN_PDF_CONTROL_CODES 0xF700

typedef struct {
    float x0, y0, x1, y1; // points, origin top left, as the page is shown
    float fontSize;
    uint32_t firstCharacter, characterCount; // into the page's code points
    uint8_t isBold, isItalic, hasSpaceAfter;
    uint8_t rotation; // quarter turns clockwise
} LecternPDFWord;

typedef struct {
    uint32_t firstWord, wordCount;
    uint8_t isHyphenated;
    uint8_t startsBlock;
} LecternPDFLine;

/// What was seen while the page's text was collected; for judging whether the text layer can be trusted.
typedef struct {
    uint32_t glyphs; // shown glyphs of all kinds
    uint32_t invisible; // of these, in rendering mode 3 (the usual form of an OCR layer)
    uint32_t unmapped; // of these, without any Unicode value
    uint32_t outside; // of these, with an origin outside the page
    uint32_t type3; // of these, from Type 3 fonts
} LecternPDFGlyphCount;

/// Collects the words of a page in reading order. NULL when memory runs out or the page does not exist.
LecternPDFText *lectern_pdf_text(LecternPDFDocument *document, int page);
void lectern_pdf_text_free(LecternPDFText *text);
const uint32_t *lectern_pdf_text_characters(const LecternPDFText *text, size_t *count);
const LecternPDFWord *lectern_pdf_text_words(const LecternPDFText *text, size_t *count);
const LecternPDFLine *lectern_pdf_text_lines(const LecternPDFText *text, size_t *count);
LecternPDFGlyphCount lectern_pdf_text_glyphs(const LecternPDFText *text);

// Images and ink.

typedef struct {
    double matrix[6]; // unit square of the image to points of the page as shown, origin top left
    int32_t width, height; // pixels
    uint8_t isMask; // a stencil painted in the current colour
    uint8_t isGray; // one component, so its samples are a gray picture as they are
    uint8_t isBehindText; // painted before the last glyph of the page
} LecternPDFImage;

/// The raster images a page paints, in painting order and without decoding them, at most `limit`; and how many filled,
/// stroked or shaded shapes and visible glyphs there are beside them.
LecternPDFImages *lectern_pdf_images(LecternPDFDocument *document, int page, size_t limit);
void lectern_pdf_images_free(LecternPDFImages *images);
const LecternPDFImage *lectern_pdf_images_list(const LecternPDFImages *images, size_t *count);
size_t lectern_pdf_images_shapes(const LecternPDFImages *images);
size_t lectern_pdf_images_visible_glyphs(const LecternPDFImages *images);

/// Decodes the image with this index (its place in `lectern_pdf_images_list`) to 8-bit gray in its own resolution,
/// without the page's matrix applied. NULL when it cannot be decoded or has more than `pixelsMax` pixels.
LecternPDFRaster *lectern_pdf_image_gray(LecternPDFDocument *document, int page, size_t index, int64_t pixelsMax);

/// Renders a page to exactly `width` x `height` pixels of 8-bit gray or (`color`) 24-bit RGB on white.
LecternPDFRaster *lectern_pdf_render(
    LecternPDFDocument *document, int page, int32_t width, int32_t height, bool color);

void lectern_pdf_raster_free(LecternPDFRaster *raster);
/// The samples, top row first. `bytesPerRow` may be larger than the row's samples need.
const uint8_t *lectern_pdf_raster_bytes(
    const LecternPDFRaster *raster, int32_t *width, int32_t *height, int32_t *bytesPerRow);

/// The picture as a PNG file in memory from malloc(3), to be freed by the caller; NULL when that fails.
uint8_t *lectern_pdf_raster_png(const LecternPDFRaster *raster, size_t *length);

// Outline.

typedef struct {
    uint32_t firstCharacter, characterCount; // title, into the outline's code points
    int32_t page; // 0 when it leads nowhere in this document
    int32_t level; // from 0
} LecternPDFOutlineItem;

/// The bookmarks in order, at most `limit` of them and at most 16 levels deep.
LecternPDFOutline *lectern_pdf_outline(LecternPDFDocument *document, size_t limit);
void lectern_pdf_outline_free(LecternPDFOutline *outline);
const LecternPDFOutlineItem *lectern_pdf_outline_items(const LecternPDFOutline *outline, size_t *count);
const uint32_t *lectern_pdf_outline_characters(const LecternPDFOutline *outline, size_t *count);

/// Reads font configuration and character maps from disk, so that later calls find them in memory.
void lectern_pdf_prepare(void);

#ifdef __cplusplus
}
#endif
