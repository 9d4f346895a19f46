#!/usr/bin/env bash
# Recognition of a scanned PDF: our reader with two workers, beside pdfimages + two tesseract processes of one thread each,
# and serial pdf2image + pytesseract where these are installed. Pages a minute; errors in characters when the truth is given.
#   bench_ocr.sh [PDF [TRUTH]]   TRUTH: plain text, pages parted by form feeds. Without a PDF a 20-page scan is made.
# PRODUCTS is the folder of the release executables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=python3
[[ -x .venv/bin/python ]] && python=.venv/bin/python
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
pdf=${1:-} truth=${2:-}
if [[ -z $pdf ]]; then
  pdf=$scratch/scan.pdf truth=$scratch/scan.txt
  "$python" Benchmarks/scripts/make_documents.py scan 20 "$pdf" "$truth"
fi
"$python" Benchmarks/scripts/bench_reader.py ocr "${PRODUCTS:-.build/release}" "$pdf" ${truth:+"$truth"}
