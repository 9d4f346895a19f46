# Lectern's commands. Each installs what it needs and skips what is there.
#
#   make run      install what is missing, build, start the five services, show their logs; Ctrl-C stops them
#   make demo     a lecture of the repository read, asked and cited; then an incident and a recorded conversation
#   make test     everything that must hold
#   make check    format lint, build with warnings as errors, tests, Thread and Address Sanitizer
#   make bench    all figures of BENCHMARKS.md, each beside its reference
#   make trials   what RELIABILITY.md calls trials: everything from outside, as strangers do
#   make setup    only the installation: packages, model weights
#   make clean    build products; the data under var/ stays

SHELL := /bin/bash
JOBS ?= 2
# Articles and questions for bench-retrieval and bench-answers; they are not part of the repository.
RETRIEVAL_DATA = $(or $(DATA),../shared/data/retrieval)
CONFIGURATION := release
export MODEL_DIR ?= $(CURDIR)/var/models/all-MiniLM-L6-v2
PRODUCTS := .build/$(CONFIGURATION)

.PHONY: setup build run demo test lint check clean bench bench-tools \
	bench-http bench-idle bench-text bench-ocr bench-memory bench-embeddings bench-search bench-retrieval bench-answers \
	bench-jobs bench-report bench-classifier bench-incidents bench-incidents-crash bench-notify-crash \
	bench-conversations-crash bench-conversations-stall \
	trials trial-http trial-websocket trial-calls trial-documents trial-refresh trial-restarts trial-full-disk

setup:
	@scripts/setup.sh base model

build: setup
	@swift build -c $(CONFIGURATION) -j $(JOBS)

run: build
	@PRODUCTS=$(PRODUCTS) scripts/run.sh

demo: build
	@PRODUCTS=$(PRODUCTS) scripts/demo.sh $(if $(PDF),--pdf '$(PDF)') $(if $(QUESTION),--question '$(QUESTION)')

test:
	@scripts/setup.sh base model test
	@swift build --build-tests -j $(JOBS)
	@scripts/test.sh

lint:
	@swift format lint --strict --recursive --parallel Package.swift Shared services Tests Benchmarks

check: lint test
	@scripts/sanitizers.sh

bench-tools:
	@scripts/setup.sh base model bench

bench: bench-tools build bench-http bench-idle bench-text bench-ocr bench-memory bench-embeddings bench-search \
	bench-retrieval bench-answers bench-jobs bench-report bench-incidents

bench-http: bench-tools build
	@PRODUCTS=$(PRODUCTS) Benchmarks/scripts/bench_http.sh

bench-idle: build
	@PRODUCTS=$(PRODUCTS) Benchmarks/scripts/bench_idle.sh

bench-text: bench-tools build
	@PRODUCTS=$(PRODUCTS) Benchmarks/scripts/bench_text.sh $(if $(PDF),'$(PDF)')

bench-ocr: bench-tools build
	@PRODUCTS=$(PRODUCTS) Benchmarks/scripts/bench_ocr.sh $(if $(PDF),'$(PDF)') $(if $(TRUTH),'$(TRUTH)')

bench-memory: bench-tools build
	@PRODUCTS=$(PRODUCTS) Benchmarks/scripts/bench_memory.sh

bench-embeddings: bench-tools build
	@scripts/setup.sh bench-embeddings
	@PRODUCTS=$(PRODUCTS) Benchmarks/scripts/bench_embeddings.sh

bench-search: build
	@$(PRODUCTS)/bench-search

bench-retrieval: build
	@$(PRODUCTS)/bench-retrieval --data '$(RETRIEVAL_DATA)'

# DATA: a CSV file with the columns text and category, of messages that the classifier has not learned from.
bench-classifier: build
	@$(PRODUCTS)/bench-classifier $(if $(DATA),--data '$(DATA)')

bench-incidents: build
	@python3 Benchmarks/scripts/bench_incidents.py $(PRODUCTS)

# Reports while notify is killed again and again: every one that was acknowledged is there, whole.
bench-incidents-crash: build
	@python3 Benchmarks/scripts/bench_incidents.py $(PRODUCTS) --rate 50 --kills 40

bench-answers: build
	@$(PRODUCTS)/bench-answers --data '$(RETRIEVAL_DATA)'

bench-jobs: build
	@$(PRODUCTS)/bench-jobs

bench-report: bench-tools build
	@PRODUCTS=$(PRODUCTS) Benchmarks/scripts/bench_report.sh

# The figures of RELIABILITY.md about deliveries: kills at random moments, freezes past the lease.
bench-notify-crash: build
	@scripts/setup.sh test
	@python3 Benchmarks/scripts/bench_notify_crash.py --products $(PRODUCTS) $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

# The same for recorded conversations: ingest is killed while it works on them.
bench-conversations-crash: build
	@python3 Benchmarks/scripts/bench_conversations_crash.py --products $(PRODUCTS) $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

# How long the API takes while the provider of recordings never answers.
bench-conversations-stall: build
	@python3 Benchmarks/scripts/bench_conversations_stall.py --products $(PRODUCTS)

# What RELIABILITY.md calls trials: everything from outside, against the built executables. trial-full-disk mounts a small
# tmpfs and so wants root; it is not among `trials`.
.PHONY: trial-forgeries trial-secrets
TRIALS := cd Tests/Trials && PYTHONDONTWRITEBYTECODE=1 ../../.venv-trials/bin/python

trials: trial-http trial-websocket trial-calls trial-documents trial-forgeries trial-secrets trial-refresh trial-restarts

trial-http: build
	@scripts/setup.sh trials
	@$(TRIALS) http_differential.py --server ../../$(PRODUCTS)/bench-server

trial-websocket: build
	@scripts/setup.sh trials
	@$(TRIALS) websocket_cases.py --server ../../$(PRODUCTS)/bench-server

trial-calls: build
	@scripts/setup.sh trials
	@$(TRIALS) contract_calls.py --products ../../$(PRODUCTS)

trial-documents: build
	@scripts/setup.sh trials
	@$(TRIALS) documents.py --products ../../$(PRODUCTS)

trial-forgeries: build
	@scripts/setup.sh trials
	@$(TRIALS) forgeries.py --products ../../$(PRODUCTS)

trial-secrets: build
	@scripts/setup.sh trials
	@$(TRIALS) planted_secrets.py --products ../../$(PRODUCTS)

trial-refresh: build
	@scripts/setup.sh trials
	@$(TRIALS) refresh_races.py --products ../../$(PRODUCTS)

trial-restarts: build
	@scripts/setup.sh trials
	@$(TRIALS) restarts.py --products ../../$(PRODUCTS)

trial-full-disk: build
	@scripts/setup.sh trials
	@$(TRIALS) full_disk.py --products ../../$(PRODUCTS)

clean:
	@rm -rf .build .build-*
