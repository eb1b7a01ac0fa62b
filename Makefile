# Everything a developer or CI runs. `make setup` is quick when there is nothing to do.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
FRONTEND := engine/casewright/web/frontend
FEELIN := tests/feel/feelin
PEERS := var/bench-peers
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo test check test-all bench conformance wheel docs lock

help:
	@echo "make demo         serve the demonstration system"
	@echo "make test         run the tests"
	@echo "make check        lint, types, layers, lock file, generated docs"
	@echo "make test-all     the tests and the long campaigns"
	@echo "make bench        timings beside plain SpiffWorkflow, raw SQLite and other FEEL engines"
	@echo "make conformance  the public test suites in ../shared/conformance"
	@echo "make wheel        dist/casewright-*.whl"
	@echo "make docs         the documentation in site/"
	@echo "make lock         write requirements.lock anew from pyproject.toml"

setup: $(VENV)/.stamp $(VENV)/.bundle $(FEELIN)/node_modules/.stamp

# One command may not end half-way: the stamp is written last.
$(VENV)/.stamp: requirements.lock pyproject.toml
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make setup PYTHON=/path/to/python"; exit 1; }
	$(PY) -m pip install --quiet --requirement requirements.lock
	$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.bundle: $(VENV)/.stamp $(wildcard $(FRONTEND)/src/*) $(FRONTEND)/package-lock.json \
		$(FRONTEND)/build.mjs $(FRONTEND)/bundle.sh
	PYTHON=$(CURDIR)/$(PY) sh $(FRONTEND)/bundle.sh
	@touch $@

$(FEELIN)/node_modules/.stamp: $(FEELIN)/package-lock.json $(FEELIN)/install.sh | $(VENV)/.stamp
	PYTHON=$(CURDIR)/$(PY) sh $(FEELIN)/install.sh

demo: setup
	$(VENV)/bin/casewright demo

test: setup
	$(PY) -m pytest -m "not slow and not bench" -n auto --maxprocesses 4 --dist worksteal

test-all: setup
	$(PY) -m pytest -m "not bench"

bench: setup bench-peers
	$(PY) -m pytest -m bench -s -p no:randomly

# The bench names a peer that could not be installed and leaves it out.
.PHONY: bench-peers
bench-peers: | $(VENV)/.stamp
	@cmp -s tests/bench/peers.txt $(PEERS)/peers.txt || { $(PYTHON) -m venv $(PEERS) && \
		$(PEERS)/bin/python -m pip install --quiet --requirement tests/bench/peers.txt && \
		cp tests/bench/peers.txt $(PEERS)/peers.txt; } >/dev/null 2>&1 || true

check: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy --allow-untyped-defs --allow-incomplete-defs --allow-untyped-calls \
		--no-warn-unreachable tests docs/generate.py
	$(VENV)/bin/lint-imports
	PYTHON=$(CURDIR)/$(PY) sh $(FRONTEND)/bundle.sh types
	$(PY) docs/generate.py --check
	$(VENV)/bin/sphinx-build --fail-on-warning --keep-going -q -b dummy -d var/docs docs var/docs-check
	$(PY) -m pytest -q tests/arch tests/frame/test_lock.py tests/frame/test_docs.py

# These appear with what they run.
ifneq ($(wildcard tests/e2e/test_*.py),)
.PHONY: e2e
e2e: setup
	$(PY) -m pytest tests/e2e
endif
ifneq ($(wildcard tests/e2e/screenshots.py),)
.PHONY: screenshots
screenshots: setup
	$(PY) tests/e2e/screenshots.py
endif

conformance: setup
	$(PY) -m pytest tests/conformance -m "slow or not slow" -s

wheel: setup
	rm -rf dist
	$(PY) -m build --no-isolation --wheel
	@ls -l dist

docs: setup
	$(PY) docs/generate.py
	$(VENV)/bin/sphinx-build --fail-on-warning --keep-going -q -b html -d var/docs docs site
	@echo "site/index.html"

lock: $(VENV)/.stamp
	$(VENV)/bin/pip-compile --quiet --extra dev --strip-extras --allow-unsafe --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--output-file requirements.lock pyproject.toml
