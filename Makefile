# Everything here needs Python 3.11+ and make, no root. What else it takes comes from packages into .venv.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv
RUN := $(VENV)/bin
ARGS ?=
DATA ?= ../shared/data

.DEFAULT_GOAL := help
.PHONY: help setup setup-run demo demo-real test test-fast test-postgresql check check-python check-console format reference clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 20

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Tocsin needs Python 3.11 or newer; $(PYTHON) is older. Set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "$(PYTHON) cannot make a virtual environment; on Debian: apt install python3-venv"; exit 1; }
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.synced: pyproject.toml uv.lock | $(UV)
	@$(UV) sync --quiet --locked --inexact --compile-bytecode
	@touch $@

# compiled here, once: where Python may write no bytecode, each process of a city would compile all it imports
setup-run: $(VENV)/.synced ## what running needs: Python packages and the built console
	@$(RUN)/python -m compileall -q src
	@$(RUN)/python scripts/build_console.py

setup: setup-run ## what running, tests and benchmarks need
	@$(RUN)/python scripts/fetch_browser.py
	@$(RUN)/python scripts/fetch_provider.py

demo: setup-run ## a live city with the scenario running; ARGS="--headless --port 8480 --seed 7"
	@exec $(RUN)/tocsin demo $(ARGS)

demo-real: setup-run ## recorded days of real cities through every layer
	@exec $(RUN)/tocsin demo-real --data $(DATA) --mappings tests/flow/mappings $(ARGS)

test: setup ## every suite
	@exec $(RUN)/python scripts/suites.py $(ARGS)

test-fast: setup-run ## unit and contract tests without servers or browser
	@$(RUN)/pytest -m "not real and not e2e and not data" $(ARGS)

test-postgresql: setup-run ## the unit tests once more, on a PostgreSQL that is started for them
	@$(RUN)/pytest -n 2 -p tests.postgresql.store -m "not real and not e2e and not data" $(ARGS)

check: setup-run ## style, types, import directions, console
	@$(MAKE) --no-print-directory --jobs=2 --output-sync check-python check-console

check-python:
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports

check-console:
	$(RUN)/python scripts/build_console.py --check

format: $(VENV)/.synced
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

reference: $(VENV)/.synced ## generated pages of docs/reference
	$(RUN)/python scripts/reference.py

clean: ## what was built; state of running cities stays
	rm -rf $(VENV) console/node_modules src/tocsin/console_dist .mypy_cache .ruff_cache
