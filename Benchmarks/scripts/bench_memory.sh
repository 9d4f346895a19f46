#!/usr/bin/env bash
# Peak memory of ingest and its readers while a 20-page and then a 1,000-page document are read, each by a fresh ingest:
# the two must be alike.   PRODUCTS is the folder of the release executables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python3 Benchmarks/scripts/bench_memory.py --products "${PRODUCTS:-.build/release}"
