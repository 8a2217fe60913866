# setup: the environment · quick: checks without an engine · test: everything · demo · bench
.DELETE_ON_ERROR:
.PHONY: setup quick test demo bench requirements

export PATH := $(CURDIR)/.venv/bin:$(PATH)

setup: .venv/.complete

.venv/.complete: requirements.txt
	python3 -c 'import ensurepip' 2>/dev/null || (apt-get update -q && apt-get install -qy python3-venv)
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --require-hashes -r requirements.txt
	touch $@
