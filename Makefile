# setup: the environment (.venv) · demo: a Python image answers calls
# test: builds all images, tests those that images.yaml calls usual · test-all: tests all of them
# quick: all that needs no engine · bench: ours beside others
# kills: a thousand processes end at random moments, on each image (minutes to hours)
# mutation: sees the contract suite fail on the bugs of the old runtimes (minutes) · format · requirements: newer pins
.PHONY: setup demo test test-all kills quick lint types unit bench mutation format requirements
.DELETE_ON_ERROR:

BIN := .venv/bin
SHELL_SCRIPTS = $(shell git ls-files -co --exclude-standard '*.sh' .ci/run; \
	git grep -lI --untracked -E '^\#!/bin/(ba)?sh')
C_SOURCES = $(shell git ls-files -co --exclude-standard '*.c' '*.h')
SHIM = runtimes/nodejs/shim
NODE_MODULES = $(SHIM)/node_modules/.complete
INSTALL_PYTHON = apt-get update -qq && apt-get install -qq --yes python3-venv
TYPED = build.py imagebuild tests serverkit/src serverkit/tests $(wildcard runtimes/*/tests)
COMPILE = $(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header

setup: .venv/.complete

.venv/.complete: requirements.txt
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { $(INSTALL_PYTHON); } || \
		{ echo 'error: python3 has no module venv, and it could not be installed' >&2; \
		echo 'hint: install the package python3-venv, then run make setup again' >&2; exit 1; }
	python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 \
		--require-hashes -r requirements.txt
	@touch $@

# The linters and the compiler of JavaScript, run by the Node.js that PyPI brings.
$(NODE_MODULES): $(SHIM)/package-lock.json .venv/.complete
	cd $(SHIM) && PATH="$(CURDIR)/$(BIN):$$PATH" NODE_USE_SYSTEM_CA=1 \
		npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

quick: setup lint types unit

lint: setup $(NODE_MODULES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/clang-format --dry-run --Werror $(C_SOURCES)
	$(BIN)/hadolint $$(git ls-files -co --exclude-standard '*Dockerfile')
	$(BIN)/shellcheck --external-sources $(sort $(SHELL_SCRIPTS))
	cd $(SHIM) && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check

types: setup
	$(BIN)/mypy $(TYPED)

unit: setup
	$(BIN)/pytest -q serverkit/tests
	$(BIN)/pytest -q

test: quick
	./build.py build
	./build.py test --usual --no-cache

test-all: quick
	./build.py build
	./build.py test --no-cache

kills: setup
	FUNCTION_RUNTIMES_KILLS=1000 ./build.py test --clause FAILURE-8 --pytest=--timeout=3600 --pytest=--reruns=0

demo: setup
	./build.py demo

bench: setup
	./build.py bench

mutation: setup
	$(BIN)/pytest -v runtimes/python/tests/old_bugs.py

format: setup $(NODE_MODULES)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(C_SOURCES)
	cd $(SHIM) && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent format

requirements: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements-uv.txt
	$(COMPILE) requirements.in -o requirements.txt
	echo uv | $(COMPILE) - -o requirements-uv.txt
