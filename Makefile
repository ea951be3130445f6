# `make demo` and `make test` need Python 3.11 or later, git and make, and the package index.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test test-browser test-faults test-ocr test-pywb fuzz examine lint bench soak docs clean help

help:
	@echo "make demo   install, then find, archive, read and store the letters of a replica"
	@echo "make test   install, then run every test"
	@echo "make test-faults  break crawls in every way; a table of what came of it (some minutes)"
	@echo "make test-browser  the explorer in a real Chromium (Debian's; installs it where it can)"
	@echo "make test-pywb  have pywb serve a run's archive (installs pywb into .venv-pywb)"
	@echo "make test-ocr  install the extra \`ocr\` too, then read scanned letters (two minutes)"
	@echo "make fuzz   read 20,000 damaged letters, and more random ones (about 20 minutes)"
	@echo "make examine  read a replica's letters of every form beside what they say"
	@echo "make lint   style, types and the law of who may import whom"
	@echo "make bench  measure crawling and reading beside a stock spider (half an hour or more)"
	@echo "make soak   200 crawls of a changing site, one after another (a quarter of an hour)"
	@echo "make docs   write the generated pages of docs/"
	@echo "make clean  remove the environment and the demo's storage"

# One stamp for each set of extras: installed anew when the project file changes.
$(VENV)/.%: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; set PYTHON=python3.x")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing .[$*] into $(VENV) …"
	@$(PIP) install --constraint constraints.txt --editable ".[$*]"
	@touch $@

demo: $(VENV)/.replica
	@$(BIN)/ombudsman demo --storage storage/demo

# Tests run hundreds of commands: each would compile the project anew where Python may not keep what
# it has compiled.
test test-faults: export PYTHONDONTWRITEBYTECODE =

# Side by side, a file of tests at a time: much of a crawl is waiting.
test: $(VENV)/.test
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile

# The short ones are tests like any other; FAULTS=tests/long_faults leaves them to `make test`.
FAULTS ?= tests/faults tests/long_faults
test-faults: $(VENV)/.test
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(FAULTS)

# A real browser and axe-core, beside the environment. The browser is Debian's: root may install it.
.browser/.installed: Makefile
	@command -v chromium >/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null || \
			{ echo "make test-browser needs Chromium: apt-get install chromium" >&2; exit 1; }; \
		echo "installing Chromium …"; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq --no-install-recommends install -y chromium >/dev/null; }
	@mkdir -p .browser
	@cd .browser && npm pack --silent axe-core@4.14 >/dev/null && tar -xzf axe-core-*.tgz
	@touch $@

test-browser: $(VENV)/.browser .browser/.installed
	@$(BIN)/python -m pytest tests/browser

# pywb wants an environment of its own.
.venv-pywb/.installed: Makefile
	@test -x .venv-pywb/bin/python || $(PYTHON) -m venv .venv-pywb
	@echo "installing pywb into .venv-pywb …"
	@.venv-pywb/bin/python -m pip --disable-pip-version-check --quiet install "pywb==2.10.*"
	@touch $@

test-pywb: $(VENV)/.test .venv-pywb/.installed
	@$(BIN)/python tests/with_pywb.py .venv-pywb/bin

test-ocr: $(VENV)/.test,ocr
	@$(BIN)/python -m pytest tests/ocr

fuzz: $(VENV)/.test
	@LETTERS_DAMAGES=20000 LETTERS_EXAMPLES=300 $(BIN)/python -m pytest tests/letters/test_letters_damage.py tests/letters/test_letters_older_forms.py

examine: $(VENV)/.test
	@$(BIN)/python tests/letters/examination.py --councils 60

lint: $(VENV)/.lint $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.test
	@$(BIN)/python benchmarks/reading.py
	@$(BIN)/python benchmarks/rereading.py
	@$(BIN)/python benchmarks/crawl.py

soak: $(VENV)/.test
	@$(BIN)/python benchmarks/soak.py

docs: $(VENV)/.test
	@$(BIN)/python docs/write.py

clean:
	rm -rf $(VENV) .venv-pywb .browser storage/demo
