# Two commands do everything on a fresh machine with Python 3.11 or newer, git and make:
#   make demo   installs into .venv, builds the example blog, serves it   (SERVE=0 stops before serving)
#   make test   installs what the tests need into .venv-dev, and runs every check

PYTHON ?= python3
SERVE ?= 1
ADDRESS ?= 127.0.0.1:8000

BIN := .venv/bin
DEV := .venv-dev/bin
BENCH := .venv-bench/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
DEV := .venv-dev/Scripts
BENCH := .venv-bench/Scripts
endif

.PHONY: demo test lint unit docs messages bench lock clean

demo: .venv/installed
	$(BIN)/cmflow build
ifneq ($(SERVE),0)
	$(BIN)/python tools/demo.py $(ADDRESS)
endif

test: lint unit

lint: .venv-dev/installed
	$(DEV)/ruff check .
	$(DEV)/ruff format --check .
	$(DEV)/mypy
	$(DEV)/lint-imports

unit: .venv-dev/installed
	$(DEV)/python -m pytest -n 2 --dist loadgroup

docs: .venv-dev/installed
	$(DEV)/python docs/generate.py

messages: .venv-dev/installed
	$(DEV)/python tools/messages.py

bench: .venv-bench/installed
	$(BENCH)/python bench/building.py --write

lock:
	uv pip compile pyproject.toml --extra cards --extra zensical --group demo --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/run.txt
	uv pip compile pyproject.toml --extra cards --extra zensical --group dev --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements/run.txt -o requirements/dev.txt
	uv pip compile pyproject.toml bench/requirements.in --extra cards --extra zensical --group demo --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements/run.txt -o bench/requirements.txt

.venv/installed: requirements/run.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@echo ok > $@

.venv-dev/installed: requirements/dev.txt pyproject.toml tests/web/package-lock.json \
  tests/github/package-lock.json tests/bluesky/package-lock.json
	$(PYTHON) -m venv .venv-dev
	$(DEV)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(DEV)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(DEV)/python tools/web.py
	$(DEV)/python tools/bluesky.py
	@echo ok > $@

# Eleventy is left out where npm is not installed; the figures then say so.
.venv-bench/installed: bench/requirements.txt bench/package-lock.json pyproject.toml
	$(PYTHON) -m venv .venv-bench
	$(BENCH)/python -m pip install --quiet --require-hashes -r bench/requirements.txt
	$(BENCH)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	-cd bench && npm install --no-save --ignore-scripts --no-audit --no-fund
	@echo ok > $@

clean:
	rm -rf .venv .venv-dev .venv-bench site .cmflow bench/node_modules tests/web/node_modules tests/github/node_modules tests/bluesky/node_modules
