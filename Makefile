# On a fresh machine with Python 3.11 or newer and make: `make demo` to look around, `make test` to pass the tests.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.PHONY: help demo test check format bench lock messages screenshots clean
.DEFAULT_GOAL := help

help:
	@echo "make demo         the living demo on http://127.0.0.1:$(PORT) (PORT=, RESET=1)"
	@echo "make test         all tests: SQLite, PostgreSQL where one answers, a browser where one is found"
	@echo "make check        format, lint, types, layers, templates, translations, migrations"
	@echo "make bench        speed and memory, as ratios to the floor (SIZE=1 or 100)"
	@echo "make format       put the code into its form"
	@echo "make lock         write the lock anew from pyproject.toml (needs uv)"
	@echo "make messages     collect translatable texts"
	@echo "make screenshots  docs/screenshots from the demo world"

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }

.venv/base: requirements/base.txt pyproject.toml | .venv/bin/python
	@echo "Installing what Collegium stands on…"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/base.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@sh .ci/pango $(BIN)/python
	@touch $@

.venv/dev: requirements/dev.txt .venv/base
	@echo "Installing what the tests stand on…"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

demo: .venv/base
	@$(BIN)/collegium demo --port $(PORT) $(if $(RESET),--reset)

test: .venv/dev
	@sh .ci/test $(BIN) $(ARGS)

check: .venv/dev
	@sh .ci/check $(BIN)

format: .venv/dev
	@$(BIN)/ruff check --quiet --fix-only collegium tests bench manage.py
	@$(BIN)/ruff format --quiet collegium tests bench manage.py

bench: .venv/dev
	@$(BIN)/python -m bench $(if $(SIZE),--size $(SIZE)) $(ARGS)

lock:
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build -o requirements/base.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build --group dev -o requirements/dev.txt

messages: .venv/dev
	@COLLEGIUM_MODE=development COLLEGIUM_DATA=var/messages $(BIN)/python manage.py makemessages --locale de --no-location

screenshots: .venv/dev
	@$(BIN)/python docs/screenshots.py

clean:
	rm -rf .venv var build dist .pytest_cache .mypy_cache .ruff_cache
