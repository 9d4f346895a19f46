// Tesseract's C interface as it is; the Swift module OCR is its only user.
#pragma once

#include <tesseract/capi.h>

/// The monitor's clock starts when it is made, so one is made for each recognition. capi.h declares no cancellation that
/// Swift could hand a closure to, and a deadline is all we need: recognition stops when it has passed.
ETEXT_DESC *ctesseract_monitor(int deadline_milliseconds);
