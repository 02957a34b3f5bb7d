# Needs GNU make and Python 3.11 or later; everything else is installed into .venv, hashes checked.
.DEFAULT_GOAL := help
SHELL := /bin/sh

BIN := .venv/bin
PACKAGES := bot cards services storage
PYTEST := $(BIN)/pytest
# Each process of the tests would compile all modules again: 20 of its 30 seconds before the first test.
export PYTHONDONTWRITEBYTECODE :=
# Every core works, with half as many workers again (they wait for databases); `make test PYTEST_ARGS="-n0 -k pick"` runs one thing in the foreground.
PYTEST_ARGS ?= -n auto --dist worksteal
# `make bench BENCH_ARGS=--quick` takes a minute or two.
BENCH_ARGS ?=
COMPILE := UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile --quiet --upgrade --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links
# The first interpreter that is new enough.
PYTHON ?= $(shell for name in python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

.PHONY: help
help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: .venv/.runtime ## Start the demo in the browser, data in kollega.db
	KOLLEGA_DEMO=1 $(BIN)/python -m bot run

.PHONY: playground
playground: .venv/.dev ## Talk to the bot in Microsoft's local client of Teams (needs Node.js)
	$(BIN)/python -m tests.playground

.PHONY: migrate
migrate: .venv/.runtime ## Bring the database of KOLLEGA_DATABASE_URL to the current schema
	$(BIN)/python -m bot migrate

.PHONY: check
check: lint types contracts test ## Everything that a change must pass

.PHONY: check-all
check-all: lint types contracts ## The check on all platforms, databases and languages, with coverage, then the faults
	$(PYTEST) $(PYTEST_ARGS) -m "not long" --cov --cov-report=term --ignore=tests/benchmarks
	$(MAKE) faults

.PHONY: test
test: .venv/.dev ## Run the tests
	$(PYTEST) $(PYTEST_ARGS) --ignore=tests/benchmarks

.PHONY: format
format: .venv/.dev ## Format the code and mend what can be mended without thought
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

.PHONY: lint
lint: .venv/.dev ## Look for mistakes and unformatted code
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: types
types: .venv/.dev ## Check the types, strictly
	$(BIN)/basedpyright

.PHONY: contracts
contracts: .venv/.dev ## Check who imports whom
	$(BIN)/lint-imports --no-logo --no-cache

.PHONY: faults
faults: .venv/.dev ## Kill, delay and disconnect, then count what was lost; figures in build/faults.json
	$(PYTEST) -n0 -m long --figures=build/faults.json $(FAULTS_ARGS) tests/faults

.PHONY: bench
bench: .venv/.dev ## Measure, on this machine
	$(BIN)/python -m tests.benchmarks $(BENCH_ARGS)

.PHONY: screenshots
screenshots: .venv/.dev ## Draw what people see, into build/screenshots
	KOLLEGA_SCREENSHOTS=build/screenshots $(PYTEST) -n0 -m browser

.PHONY: messages
messages: .venv/.dev ## Collect the texts of the cards into the catalogues (NOUN=lead: of one noun)
	$(BIN)/python -m cards.locale $(NOUN)

.PHONY: lock
lock: .venv/bin/uv ## Choose the newest allowed dependencies anew
	$(COMPILE) pyproject.toml -o requirements/runtime.lock
	$(COMPILE) pyproject.toml --group dev -c requirements/runtime.lock -o requirements/dev.lock
	awk '/^[a-z]/ { keep = /^uv==/ } keep && !/^ *#/' requirements/dev.lock | sed '$$ s/ \\$$//' > requirements/uv.lock

.PHONY: clean
clean: ## Remove what was made here, except the data
	rm -rf .venv build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip fetches one tool, and that tool the rest.
.venv/bin/uv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later was not found" >&2; exit 1; }
	@echo "Installing into .venv; this takes a moment, once."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.lock

.venv/.runtime: requirements/runtime.lock | .venv/bin/uv
	$(BIN)/uv pip install --quiet --python .venv --require-hashes -r requirements/runtime.lock
	@touch $@

.venv/.dev: requirements/dev.lock | .venv/bin/uv
	$(BIN)/uv pip sync --quiet --python .venv --require-hashes requirements/dev.lock
	@touch .venv/.runtime $@
