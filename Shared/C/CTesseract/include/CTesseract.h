// Tesseract's C interface as it is, and the few calls of Leptonica that go with it; the Swift module OCR is the only user.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tesseract/capi.h>

/// A monitor that stops recognition after that time. Its clock starts now, so one is made for each recognition.
/// Freed by TessMonitorDelete.
ETEXT_DESC *ctesseract_monitor(int deadline_milliseconds);

/// Gives Tesseract a picture of 8-bit gray without padding, scaled by `factor` (at most 1) with its samples averaged.
/// The size it has then is written to the last two. Returns false when memory runs out.
bool ctesseract_set_picture(
    TessBaseAPI *handle, const uint8_t *samples, int width, int height, double factor, int *scaled_width,
    int *scaled_height);

/// The heights in pixels of the marks on a picture that have the shape of letters, the smallest first, at most
/// `capacity`. Dots, lines, rules and solid shapes are left out.
size_t ctesseract_letter_heights(
    const uint8_t *samples, int width, int height, uint16_t *heights, size_t capacity);
