# Every target sets up what it needs. PYTHON: any Python from 3.11.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test test-all test-faults lint reformat bench bench-gate lock example notebooks clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Stray needs Python 3.11 or newer; try make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	$(BIN)/stray demo

test: setup
	$(BIN)/python -m pytest -n auto --dist loadfile

test-all: setup
	$(BIN)/python -m pytest -m "" -n auto --dist loadfile

# An estate where everything misbehaves, the sweeper killed 50 times; prints the tally. `make test-faults SEED=1` repeats.
test-faults: setup
	$(BIN)/python -m benchmarks.faults $(if $(SEED),--seed $(SEED))

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_house.py

reformat: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/python -m benchmarks

# The matcher's quality on small packs; fails below a floor of benchmarks/matching/floors.json.
bench-gate: setup
	$(BIN)/python -m benchmarks.matching gate

# Resolves the lock anew. DuckDB stays at the 1.5 LTS: docs/decisions/0003-duckdb-lts.md.
lock: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	echo 'duckdb<1.6' | $(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--constraints - --no-header --no-annotate --no-emit-index-url --quiet --upgrade --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra ocr --extra evidence --extra notify --extra proxy --extra dask --extra triage \
		--universal --python-version 3.11 --generate-hashes --constraints requirements.lock --no-header --no-annotate \
		--no-emit-index-url --quiet --output-file deploy/container/requirements.lock

# The example database: nine sweeps of the practice ground, dated over seven weeks. Takes minutes.
example: setup
	$(BIN)/stray demo --example findings.duckdb.example

# The notebooks as Jupyter wants them, without outputs.
notebooks: setup
	for name in notebooks/*.py; do \
		$(BIN)/python -m marimo -q export ipynb $$name -o notebooks/jupyter/$$(basename $$name .py).ipynb || exit 1; done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo-workspace
