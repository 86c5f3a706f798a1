# feedsvc: from a clone to a served newsroom. `make run`, `make test`, `make check`, `make bench`.
SHELL := /bin/sh
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes
export HOST PORT
export PYTHONUTF8 := 1

.PHONY: run test check bench bench-scale push fuzz walks uploads canary kill9 readers screenshots catalogues assets lock clean

run: $(VENV)/.installed
	@exec $(BIN)/python -m feedsvc serve --host "$(HOST)" --port "$(PORT)"

# The whole suite on SQLite and, where PostgreSQL's server programs are found, once more on PostgreSQL, in parts side by side; all counts at the end.
test: $(VENV)/.installed-tests
	@$(BIN)/python tests/on_both.py

check: $(VENV)/.installed-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/house

# Three hundred hostile uploads, each refused or made anew within 5 seconds and 256 MB; prints the worst. About two minutes.
uploads: $(VENV)/.installed-tests
	$(BIN)/python tests/hostile_uploads.py

# Words that nobody may read yet, planted everywhere, and 20,000 probes of every route, format and coding (about two minutes).
canary: $(VENV)/.installed-tests
	$(BIN)/python tests/canary.py

# Beside nginx, Flask + feedgen, Django and Debian's WordPress (docs/benchmarks.md says what to install). About six minutes.
bench: $(VENV)/.installed-tests $(VENV)-bench/.installed
	$(BIN)/python bench/run.py
	$(BIN)/python bench/report.py

# Publishing into large newsrooms, kept in .bench between runs: BENCH="--help" tells what else can be measured.
BENCH ?= --compare 1000,100000 --publishes 100
bench-scale: $(VENV)/.installed-tests
	$(BIN)/python bench/scale.py --cache .bench $(BENCH)
	$(BIN)/python bench/report.py

# 1,000 subscribers told quickly; 10,000, 5 % of them hostile, with three SIGKILLs; the cost of a delivery. Loopback only, about two minutes.
push: $(VENV)/.installed-tests
	$(BIN)/python bench/push.py

# Django has an environment of its own: a peer must not decide which versions the newsroom runs on.
$(VENV)-bench/.installed: bench/requirements.txt
	@$(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r bench/requirements.txt
	@touch $@

# 10,000 hostile requests by hypothesis, then schemathesis over every operation (minutes; not part of CI).
fuzz: $(VENV)/.installed-tests $(VENV)-fuzz/.installed
	FEEDSVC_FUZZ=10000 $(BIN)/python -m pytest -q tests/fuzz tests/integration/test_desk_writing.py
	$(BIN)/python tests/fuzz/schemathesis_run.py $(VENV)-fuzz/bin/schemathesis -n 100

# schemathesis has an environment of its own: it must not decide which versions the newsroom runs on.
$(VENV)-fuzz/.installed: tests/fuzz/requirements.txt
	@$(PYTHON) -m venv $(VENV)-fuzz
	@$(VENV)-fuzz/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r tests/fuzz/requirements.txt
	@touch $@

# Newsrooms that change at random, held against a model (about ten minutes; CI walks a few).
walks: $(VENV)/.installed-tests
	FEEDSVC_TEST_WALKS=50 $(BIN)/python -m pytest -q tests/integration/test_scopes.py tests/integration/test_archives.py tests/integration/test_names.py tests/integration/test_public_clause.py tests/integration/test_subjects.py -k "every_moment or mid_walk or no_other_is or any_order"

# 200 rounds of publish + SIGKILL of the whole tree (about 15 minutes; CI runs a sample).
kill9: $(VENV)/.installed-tests
	FEEDSVC_KILLS=200 $(BIN)/python -m pytest -q -s tests/e2e/test_kill9.py

# Twelve feed readers in six languages, as far as they are here, subscribed to a newsroom of awkward content (about five minutes).
# From Debian: newsboat ruby sfeed libxml-feed-perl libjson-perl nodejs npm
readers: $(VENV)/.installed-tests $(VENV)-readers/.installed
	$(BIN)/python tests/readers/run.py

# Readers have an environment of their own: none of them may decide which versions the newsroom runs on. Without npm those in JavaScript are passed over.
$(VENV)-readers/.installed: tests/readers/requirements.txt tests/readers/package-lock.json
	@$(PYTHON) -m venv $(VENV)-readers
	@$(VENV)-readers/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r tests/readers/requirements.txt
	@if command -v npm >/dev/null 2>&1; then npm --prefix tests/readers ci --silent --ignore-scripts; fi
	@touch $@

screenshots: $(VENV)/.installed-tests
	$(BIN)/python tests/e2e/screenshots.py

catalogues: $(VENV)/.installed-tests
	$(BIN)/python tests/house/catalogues.py

# Needs Node, as nothing else here does: bundles the desk's editor anew. What it writes is committed.
assets:
	cd assets && npm ci --ignore-scripts && npm run build

# Needs `uv`. Writes the lock files anew.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --group test -c requirements.txt -o tests/requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  bench/requirements.in -o bench/requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  tests/readers/requirements.in -o tests/readers/requirements.txt
	npm --prefix tests/readers install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean:
	rm -rf $(VENV) $(VENV)-fuzz $(VENV)-bench $(VENV)-readers tests/readers/node_modules

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "feedsvc needs Python 3.11 or newer, and there is no '$(PYTHON)' here. Install it, or name another: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "feedsvc needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name another: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) && touch $@

$(VENV)/.installed: requirements.txt pyproject.toml | $(VENV)/.made
	@echo "Installing what feedsvc needs (once, about a minute) ..."
	@$(PIP) -r requirements.txt
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-tests: tests/requirements.txt $(VENV)/.installed
	@$(PIP) -r tests/requirements.txt
	@touch $@
