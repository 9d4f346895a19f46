#!/usr/bin/env bash
# The report of a conversation of 500 turns: ours beside ReportLab, in turns.   PRODUCTS is the folder of the release
# executables; ROUNDS is how often each side starts anew (5), every time with one cold and nine warm runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=python3
[[ -x .venv/bin/python ]] && python=.venv/bin/python
"$python" Benchmarks/scripts/bench_report.py "${PRODUCTS:-.build/release}" "${ROUNDS:-5}"
