# Everything a developer types. `make run` and `make test` need nothing but this folder, Python 3.11 and make.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
# The newest Python that is there and runs; the check below says what is missing.
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	"$$name" -c '' 2>/dev/null && { echo "$$name"; break; }; done)

# Two more than there are processors: a test that waits for a browser or a server leaves its own idle.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 2 )))

# Tests and the studio start hundreds of processes; without bytecode each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test check bench bench-library bench-credits media chaos races timing machine coverage screenshots develop browser format

help:
	@echo "make run          set up, start the studio here, print its address"
	@echo "make test         set up, run every test (DATABASE_URL chooses the database)"
	@echo "make check        style, types, migrations, templates, licences"
	@echo "make bench        print the figures"
	@echo "make bench-library  the same of a library of 10,000 and 100,000 songs"
	@echo "make bench-credits  the owner's page and the CSV of a ledger of 1,000,000 lines"
	@echo "make chaos        kill the studio at work, and prove that nothing is lost or paid twice"
	@echo "make media        kill and starve the copying of audio, and feed it broken files"
	@echo "make machine      orders, workers, provider and time in random sequences, with an audit after every step"
	@echo "make coverage     every branch of the money's code and of the provider's client is tested"
	@echo "make races        the same moment, again and again: ROUNDS of each race, and each without its protection"
	@echo "make timing       unknown, revoked and expired links take the same time: TRIES of each"
	@echo "make screenshots  make the README's pictures"

run: setup
	@$(MANAGE) runstudio

setup: $(VENV)/installed
	@$(MANAGE) migrate --noinput --verbosity 0
	@$(MANAGE) collectstatic --noinput --verbosity 0

$(VENV)/bin/pip:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Studio needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.11 run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/pip
	@echo "Installing what the studio needs ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -e ".[postgres]"
	@touch $@

develop: setup $(VENV)/developing browser

$(VENV)/developing: pyproject.toml $(VENV)/installed
	@echo "Installing what its checks and tests need ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -e ".[postgres,dev]"
	@touch $@

browser: node_modules/.installed
	@.ci/need chromium-headless-shell chromium-headless-shell || .ci/need chromium chromium

node_modules/.installed: package.json
	@.ci/need npm nodejs npm
	npm install --no-audit --no-fund --loglevel=error
	@touch $@

test: develop
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

check: develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(MANAGE) makemigrations --check --dry-run
	PUBLIC_URL=https://studio.example SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
		$(MANAGE) check --deploy --fail-level WARNING
	$(BIN)/djlint templates --lint --quiet
	@.ci/licences

format: develop
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

bench: develop
	@$(BIN)/python -m tests.bench

# CLIPS="10000 100000" on SQLite and PostgreSQL; DATABASE_URL chooses one of them.
bench-library: develop
	@$(BIN)/python -m tests.bench.library

# LINES=1000000 on SQLite and PostgreSQL; DATABASE_URL chooses one of them.
bench-credits: develop
	@$(BIN)/python -m tests.bench.credits

# Copying while processes are killed and the disk is full, and a thousand malformed files: a few are in `make test`.
media: develop
	KILLS=$(or $(KILLS),200) FULL=$(or $(FULL),20) FILES=$(or $(FILES),1000) \
		$(BIN)/python -m pytest -q -n0 tests/test_archive_kills.py tests/audio/test_malformed.py

# With DBKILLS the run starts a PostgreSQL of its own and kills it that often.
chaos: develop
	@$(BIN)/python -m tests.chaos --tasks $(or $(TASKS),1000) --seconds $(or $(SECONDS),300) --seed $(or $(SEED),1) \
		--db $(or $(DB),sqlite) --control "$(CONTROL)" --hooks $(or $(HOOKS),1) --dbkills $(or $(DBKILLS),0) \
		--desk $(or $(DESK),0) --swallows $(or $(SWALLOWS),1)

# RUNS examples of STEPS steps each; SEED repeats a run.
machine: develop
	@seed=$${SEED:-$$RANDOM}; echo "SEED=$$seed"; \
		MACHINE_RUNS=$(or $(RUNS),2000) MACHINE_STEPS=$(or $(STEPS),50) \
		$(BIN)/python -m pytest -q -n0 --hypothesis-seed=$$seed tests/machine

COVERED := studio/models/tasks.py,studio/models/credits.py,studio/services/tasks.py,studio/services/credits.py
COVERING := tests/models tests/music_api tests/contract $(addprefix tests/services/test_,attempts.py credits.py \
	free_orders.py order.py tasks.py)

coverage: export COVERAGE_FILE = var/coverage
coverage: develop
	$(BIN)/python -m coverage run --branch --source studio -m pytest -q -n0 $(COVERING)
	$(BIN)/python -m coverage report --show-missing --fail-under=100 --include='$(COVERED),studio/music_api/*'

races: develop
	@RACES_ROUNDS=$(or $(ROUNDS),200) $(BIN)/python -m pytest -q --show-capture=no tests/races

timing: develop
	@TIMING_TRIES=$(or $(TRIES),10000) $(BIN)/python -m pytest -q -n0 tests/views/test_public_404.py -k time

screenshots: develop
	@$(BIN)/python -m tests.screenshots
