# One target does one thing; `make check` is what CI runs.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: setup demo test bench check lint types contracts catalogue drift fix lock docs clean

# --no-deps: the lock is complete, and pip would look past its pins for packages with extras.
setup: $(STAMP)

$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

demo: setup
	$(BIN)/secondline demo

test: setup
	$(BIN)/pytest -n auto

check: lint types contracts catalogue drift test

lint: setup
	$(BIN)/ruff format --check bot tests
	$(BIN)/ruff check bot tests

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

catalogue: setup
	$(BIN)/secondline catalogue lint
	$(BIN)/secondline catalogue test

drift: setup
	$(BIN)/python -m tests.architecture.generated --check

docs: setup
	$(BIN)/python -m tests.architecture.generated

bench: setup
	$(BIN)/python -m tests.bench

fix: setup
	$(BIN)/ruff format bot tests
	$(BIN)/ruff check --fix bot tests

lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra sandbox -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra sandbox --group dev -o requirements-dev.txt

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .import_linter_cache
