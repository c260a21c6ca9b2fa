# Two commands do everything: `make demo` and `make test`. Both first build a private environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: install demo test test-full serve bench guide pictures lint clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/sendopt warm
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/sendopt demo --out out

serve: $(STAMP)
	$(BIN)/sendopt serve --demo

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy

test: $(STAMP) lint
	$(BIN)/python -m pytest -m "not full" -n 2 --dist worksteal

test-full: $(STAMP) lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks

guide: $(STAMP)
	$(BIN)/python -m pip install --quiet -e '.[docs]'
	$(BIN)/mkdocs build --strict

pictures: $(STAMP)
	SENDOPT_PICTURES=1 $(BIN)/python -m pytest tests/journeys/test_newcomer.py

clean:
	rm -rf $(VENV) out var
