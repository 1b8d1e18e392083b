# make run: install and start the app. make test: install what the tests need, a browser included, and run them all.
PYTHON ?= python3
BIN := .venv/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n)
# compiled caches and threads that spin while waiting would only slow a small machine down
export OMP_WAIT_POLICY := passive

.PHONY: run test check format browser sweep examples clean

run: .venv/run
	$(BIN)/python app.py

test: .venv/dev browser
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python -m pytest -m "not slow and not browser"
	$(BIN)/python -m pytest -m "slow or browser"

check: .venv/dev
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/python -m pytest -m "not slow and not browser"

format: .venv/dev
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

.venv/bin/python:
	$(PYTHON) -m venv .venv || ($(SUDO) apt-get update && $(SUDO) apt-get install -y python3-venv && $(PYTHON) -m venv --clear .venv)

.venv/run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev: requirements.txt requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps lightly==1.6.0
	touch $@ .venv/run

# docs/results.md: every method, two data sets, three budgets, three seeds; hours on two cores, goes on where it was stopped
sweep: .venv/run
	$(BIN)/python -m scripts.sweep

# assets/runs: the finished runs that ship; an idle machine, six minutes
examples: .venv/run
	$(BIN)/python -m scripts.ship_runs

# Debian's chromium where it can be installed, else Playwright's own
browser: .venv/dev
	@command -v chromium >/dev/null || ($(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium) \
		|| $(BIN)/playwright install --with-deps chromium


clean:
	rm -rf .venv runs
