# Needs make and Python 3.11 or newer; nothing else, and no root.
# The first Python that answers is taken; `make PYTHON=/path/to/python3.12 ...` chooses another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench lock

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "%-16s%s\n", $$1, $$2}'

setup: .venv/.has-run ## the virtual environment .venv with hostdesk in it
	@:

run: setup ## everything on this machine: demo company, web, mail door and worker
	@$(BIN)/hostdesk demo --if-new
	@exec $(BIN)/hostdesk serve $(ARGS)

test: .venv/.has-test ## the whole suite, on SQLite and on PostgreSQL, with pages in a real browser
	@$(BIN)/python -m tools.testing $(ARGS)

check: .venv/.has-check ## format, lint, types, imports, docs, policy, dependencies
	@$(BIN)/python -m tools.checking $(ARGS)

bench: .venv/.has-test ## the benchmarks, each beside what it is compared with
	@$(BIN)/python -m bench $(ARGS)

lock: .venv/.has-check ## new versions of what we depend on, pinned and hashed
	@$(BIN)/python -m tools.locking $(ARGS)

# Each stamp is younger than what it was made from, so that an unchanged tree costs nothing.
.venv/.has-python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "hostdesk needs Python 3.11 or newer, and none was found. Install it, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@"$(PYTHON)" -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "hostdesk needs Python 3.11 or newer; $(PYTHON) is %d.%d. Name another: make setup PYTHON=/path/to/python3.12" % v[:2])'
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -m venv .venv
	@touch $@

.venv/.has-run: .venv/.has-python requirements/run.txt pyproject.toml
	@echo "Installing what hostdesk needs into .venv ..."
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/.has-test: .venv/.has-run requirements/test.txt
	@echo "Installing what the tests need into .venv ..."
	@$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

.venv/.has-check: .venv/.has-test requirements/check.txt
	@echo "Installing what the checks need into .venv ..."
	@$(PIP) --require-hashes -r requirements/check.txt
	@touch $@
