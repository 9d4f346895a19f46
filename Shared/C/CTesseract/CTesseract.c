#include "include/CTesseract.h"

#include <allheaders.h>
#include <stdlib.h>
#include <string.h>

ETEXT_DESC *ctesseract_monitor(int deadline_milliseconds)
{
    ETEXT_DESC *monitor = TessMonitorCreate();
    if (monitor != NULL) {
        TessMonitorSetDeadlineMSecs(monitor, deadline_milliseconds);
    }
    return monitor;
}

static PIX *picture(const uint8_t *samples, int width, int height)
{
    PIX *pix = pixCreateNoInit(width, height, 8);
    if (pix == NULL) {
        return NULL;
    }
    uint32_t *rows = pixGetData(pix);
    const int words = pixGetWpl(pix);
    for (int row = 0; row < height; row++) {
        // The padding must not be left undefined: Leptonica works on whole words.
        rows[(size_t)row * words + words - 1] = 0;
        memcpy(rows + (size_t)row * words, samples + (size_t)row * width, (size_t)width);
    }
    // Leptonica keeps samples in the order of big-endian words.
    pixEndianByteSwap(pix);
    return pix;
}

bool ctesseract_set_picture(
    TessBaseAPI *handle, const uint8_t *samples, int width, int height, double factor, int *scaled_width,
    int *scaled_height)
{
    PIX *pix = picture(samples, width, height);
    if (pix != NULL && factor < 1) {
        PIX *scaled = pixScaleAreaMap(pix, (float)factor, (float)factor);
        pixDestroy(&pix);
        pix = scaled;
    }
    if (pix == NULL) {
        return false;
    }
    *scaled_width = pixGetWidth(pix);
    *scaled_height = pixGetHeight(pix);
    TessBaseAPISetImage2(handle, pix); // keeps a reference of its own
    pixDestroy(&pix);
    return true;
}

static int ascending(const void *left, const void *right)
{
    return *(const uint16_t *)left - *(const uint16_t *)right;
}

size_t ctesseract_letter_heights(
    const uint8_t *samples, int width, int height, uint16_t *heights, size_t capacity)
{
    // At half the size everything is four times as quick and letters are still told from dots.
    PIX *pix = picture(samples, width, height);
    PIX *half = pix != NULL ? pixScaleAreaMap2(pix) : NULL;
    PIX *ink = NULL;
    PIXA *marks = NULL;
    BOXA *boxes = NULL;
    NUMA *counts = NULL;
    size_t found = 0;
    if (half != NULL
        && pixOtsuAdaptiveThreshold(half, pixGetWidth(half), pixGetHeight(half), 0, 0, 0.1f, NULL, &ink) == 0
        && (boxes = pixConnComp(ink, &marks, 8)) != NULL && (counts = pixaCountPixels(marks)) != NULL) {
        for (int index = 0; index < boxaGetCount(boxes) && found < capacity; index++) {
            l_int32 x, y, wide, high, filled;
            if (boxaGetBoxGeometry(boxes, index, &x, &y, &wide, &high) != 0
                || numaGetIValue(counts, index, &filled) != 0) {
                continue;
            }
            const double density = (double)filled / ((double)wide * high);
            if (high >= 4 && high <= 200 && wide >= 3 && wide <= 3 * high && density > 0.1 && density < 0.7) {
                heights[found++] = (uint16_t)(2 * high);
            }
        }
        qsort(heights, found, sizeof heights[0], ascending);
    }
    numaDestroy(&counts);
    boxaDestroy(&boxes);
    pixaDestroy(&marks);
    pixDestroy(&ink);
    pixDestroy(&half);
    pixDestroy(&pix);
    return found;
}
