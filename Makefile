# Every target runs in the virtual environment that the first one makes; `make PYTHON=python3.12` chooses its Python.
PYTHON ?= python3
BIN := .venv/bin

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 14

demo: .venv/.done ## Run the demonstration; its results stay in lth_nb_demo/
	$(BIN)/lth_nb demo --store lth_nb_demo

test: .venv/.done ## Check that modules, README and stored outputs agree with the notebooks, and run all of these
	@status=0; \
	$(BIN)/python tools/export.py || status=1; \
	$(BIN)/python tools/readme.py --check || status=1; \
	$(BIN)/python -m pyflakes lth_nb tools || status=1; \
	$(BIN)/python tools/check.py || status=1; \
	exit $$status

docs: .venv/.done ## Build the documentation site in _docs/
	@$(BIN)/python tools/site.py

clean: ## Delete what was built and cached, but no results and no virtual environment
	@rm -rf _proc _docs build dist
	@find . -path ./.venv -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +

.venv/.done: settings.ini setup.py
	@echo "Installing into .venv/; the first time takes some minutes."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]'
	@touch $@

.PHONY: help demo test docs clean
