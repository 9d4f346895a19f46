#!/usr/bin/env bash
# The built-in embedder beside sentence-transformers (same weights, two threads each, the same texts of about 90 word
# pieces, in turns): texts per second, memory, ratio.   PRODUCTS is the folder of the release executables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=python3
[[ -x .venv/bin/python ]] && python=.venv/bin/python
export MODEL_DIR=${MODEL_DIR:-$PWD/var/models/all-MiniLM-L6-v2}
exec "${REFERENCE_PYTHON:-$python}" Benchmarks/scripts/bench_embeddings.py "${PRODUCTS:-.build/release}/bench-embeddings"
