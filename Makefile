# The two commands of the README, and the rest. Every target sets up what it needs (a .venv here) the first time and starts at once afterwards.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
SETUP := $(VENV)/.set-up

# Handed on through the environment, so that spaces and quotes in them need no care.
export VIDEO ?=
export PROMPT ?=
export OUT ?=

.DEFAULT_GOAL := help
.PHONY: help setup foley test lint mini lock

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1	/' | while IFS='	' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: $(SETUP) ## Make .venv with the locked packages and this project in it

$(VENV)/.uv-$(UV_VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(SETUP): requirements.lock pyproject.toml | $(VENV)/.uv-$(UV_VERSION)
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

foley: $(SETUP) ## Sound a silent clip: VIDEO=clip.mp4 PROMPT="a door knock" OUT=out.mp4; without VIDEO a scene is rendered first
	@PATH="$(abspath $(BIN)):$$PATH" sh tools/foley.sh

test: lint ## Lint, then every test that needs no GPU
	$(BIN)/python -m pytest

lint: $(SETUP) ## ruff, mypy, import directions
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

mini: $(SETUP) ## Train the bundled preset again, from nothing (docs/experiments.md says how long that takes)
	$(BIN)/python -m ta_v2a train mini

lock: $(VENV)/.uv-$(UV_VERSION) ## Solve requirements.lock again from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --all-extras pyproject.toml -o requirements.lock
