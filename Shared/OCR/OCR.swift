/// OCR.
