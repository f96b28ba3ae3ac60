# The commands of this project. `make demo` and `make test` set up everything they need; PYTHON=python3.13 chooses another.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WEEKLY := $(BIN)/city-digest

# Tests start many processes; without compiled files each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check judge bench golden screenshots lock audit sbom clean

demo: $(VENV)/.runtime  ## the whole job on the sample web, offline: ./demo
	$(WEEKLY) demo demo

test: $(VENV)/.dev  ## all fast tests; COVERAGE=1 also holds the floor of covered lines
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(if $(COVERAGE),--cov --cov-report=term:skip-covered)

check: $(VENV)/.dev  ## style, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

judge: $(VENV)/.dev  ## slow judges: kill sweep, browser, W3C, axe, Lighthouse, packaging, quality and speed floors
	$(BIN)/pytest -m slow -n auto --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m bench.quality.gate
	$(BIN)/python -m bench.speed.process --check
	$(BIN)/python -m bench.speed.crawl --check
	$(BIN)/python -m bench.speed.copies --documents 6000 --check
	$(BIN)/python -m bench.speed.deliver --messages 60 --check
	$(BIN)/python -m bench.speed.archive --weeks 52 --stories 1248 --check

bench: $(VENV)/.dev  ## the figures behind the floors
	$(BIN)/python -m bench.quality.gate
	$(BIN)/python -m bench.speed.process
	$(BIN)/python -m bench.speed.crawl
	$(BIN)/python -m bench.speed.copies
	$(BIN)/python -m bench.speed.group
	$(BIN)/python -m bench.speed.archive
	$(BIN)/python -m bench.speed.deliver

golden: $(VENV)/.dev  ## rewrites the golden output; read the diff
	CITY_DIGEST_WRITE_GOLDEN=1 $(BIN)/pytest tests/golden

screenshots: $(VENV)/.dev  ## takes the pictures of docs/reference/pages.md again; look at them
	$(BIN)/python scripts/take_screenshots.py

lock: $(VENV)/.dev  ## pins the newest allowed versions, with hashes
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --upgrade --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --upgrade --extra web --extra dkim --constraint requirements-dev.lock --output-file deploy/requirements.lock pyproject.toml

audit: $(VENV)/.dev  ## known vulnerabilities of what is locked; asks the package index, and fails where it does not answer
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.lock
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r deploy/requirements.lock

sbom: $(VENV)/.dev  ## what is in a container, as CycloneDX: dist/city-digest.cdx.json
	$(BIN)/python scripts/make_sbom.py deploy/requirements.lock dist/city-digest.cdx.json

clean:
	rm -rf $(VENV) demo build dist

# Set-up: a virtual environment with its stock pip, the locked packages, then this checkout itself.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@
