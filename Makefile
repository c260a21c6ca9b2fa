# Two commands do everything: `make demo` and `make test`. Both first build a private environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
WARM := $(VENV)/.warm
KERNELS := $(shell grep -rl --include='*.py' numba optimiser)

.PHONY: install demo test test-full serve bench guide pictures lint clean

install: $(WARM)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $(STAMP)

# What is compiled is compiled again once any of the code that it may call has changed.
$(WARM): $(STAMP) $(KERNELS)
	$(BIN)/sendopt warm
	touch $(WARM)

demo: $(WARM)
	$(BIN)/sendopt demo --out out

serve: $(WARM)
	$(BIN)/sendopt serve --demo

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy

test: $(WARM) lint
	$(BIN)/python -m pytest -m "not full" -n 2 --dist worksteal

test-full: $(WARM) lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

bench: $(WARM)
	$(BIN)/python -m tests.benchmarks

guide: $(STAMP)
	$(BIN)/python -m pip install --quiet -e '.[docs]'
	$(BIN)/mkdocs build --strict

pictures: $(WARM)
	SENDOPT_PICTURES=1 $(BIN)/python -m pytest tests/journeys/test_newcomer.py

clean:
	rm -rf $(VENV) out var
