# Everything a checkout needs, each target setting up what it uses. Python >= 3.11 and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OLDEST := .venv-oldest
OLDEST_READY := $(OLDEST)/.ready
SERVERS := tests/servers/node_modules/.ready

# All cores share the tests, file by file; but a scheduler of Airflow's own gets the machine for itself.
SHARED := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: demo test soak test-oldest test-spark lint bench lock clean
.DEFAULT_GOAL := test

demo: $(READY)
	$(BIN)/python -m demo

test: lint $(SERVERS)
	$(BIN)/python -m pytest --ignore tests/scheduler $(SHARED)
	$(BIN)/python -m pytest tests/scheduler

# The hostile service for longer than `make test` has: so many runs of each feed.
soak: $(READY)
	DRIVEDELTA_SOAK=$${DRIVEDELTA_SOAK:-1000} $(BIN)/python -m pytest tests/hostile --numprocesses auto

# A smoke test with the oldest Airflow we promise, in an environment of its own; that Airflow warns of itself.
test-oldest: $(OLDEST_READY)
	$(OLDEST)/bin/python -m pytest tests/oldest -W ignore::DeprecationWarning -W ignore::FutureWarning

# With Spark, in a cached environment of its own above ours; it takes Java 17 and some 400 MB once, so not in CI.
test-spark: $(READY)
	$(BIN)/uv run --quiet --no-project --with pyspark==4.0.1 python -m pytest tests/readers/on_spark.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(READY)
	$(BIN)/python -m benchmarks

# The lock is exact and hashed, so nothing is resolved here; a second run finds the stamp and installs nothing.
$(READY): requirements.lock setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "DriveDelta needs Python 3.11 or newer; name one with PYTHON=")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
	$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(OLDEST_READY): requirements-oldest.lock setup.cfg pyproject.toml | $(READY)
	test -x $(OLDEST)/bin/python || $(PYTHON) -m venv $(OLDEST)
	$(BIN)/uv pip sync --quiet --python $(OLDEST)/bin/python requirements-oldest.lock
	$(BIN)/uv pip install --quiet --python $(OLDEST)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

# Azurite, which only npm has. Without npm its tests are skipped, except in CI.
$(SERVERS): tests/servers/package-lock.json
	@if command -v npm > /dev/null; then \
		npm ci --prefix tests/servers --ignore-scripts --no-progress --loglevel=error && touch $@; \
	else echo "npm is not here: tests with Azurite are skipped"; fi

# Only for those who change what is needed: resolves anew.
lock: $(READY)
	$(BIN)/uv pip compile --quiet setup.cfg requirements.in --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock
	$(BIN)/uv pip compile --quiet setup.cfg requirements-oldest.in --extra emulator --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements-oldest.lock

clean:
	rm -rf $(VENV) $(OLDEST) tests/servers/node_modules .demo build dist *.egg-info
