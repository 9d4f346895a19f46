#!/usr/bin/env bash
# Text of a born-digital PDF: our reader, worker processes and all, beside pdftotext; five runs of each, in turns.
#   bench_text.sh [PDF]     without a PDF a 200-page one is made.   PRODUCTS is the folder of the release executables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=python3
[[ -x .venv/bin/python ]] && python=.venv/bin/python
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
pdf=${1:-}
if [[ -z $pdf ]]; then
  pdf=$scratch/text.pdf
  "$python" Benchmarks/scripts/make_documents.py text 200 "$pdf"
fi
"$python" Benchmarks/scripts/bench_reader.py text "${PRODUCTS:-.build/release}" "$pdf"
