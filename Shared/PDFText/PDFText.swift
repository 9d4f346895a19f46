/// PDFText.
