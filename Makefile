# Two commands are all that a newcomer needs: `make demo` and `make test`. `make help` lists the rest.

# PORT, SMTP_PORT and DATA_DIR on the command line reach the settings through the environment.
PYTHON ?= python3

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16
	@echo
	@echo 'PORT=8000 SMTP_PORT=8025 DATA_DIR=var move the demo; PYTHON=python3 chooses the Python (3.11 or later).'

# ---------------------------------------------------------------- installing
# A stamp for each group: a second run installs nothing.

.venv/pip-ready: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("This needs Python 3.11 or later: write make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@echo 'Making .venv ...'
	@$(PYTHON) -m venv .venv 2>/dev/null || { \
	  $(PYTHON) -m venv --clear --without-pip .venv \
	  && { $(PYTHON) -m pip --python $(BIN)/python install --quiet pip 2>/dev/null \
	    || PYTHONPATH=$$(ls /usr/share/python-wheels/pip-*.whl 2>/dev/null | tail -n 1) $(BIN)/python -m pip install --quiet pip; } \
	  || { echo 'This Python comes without pip: install the package python3-venv or python3-pip, then try again.' >&2; exit 1; }; }
	@$(INSTALL) --upgrade pip
	@touch $@

.venv/%-ready: .venv/pip-ready pyproject.toml constraints.txt
	@echo 'Installing what the group "$*" needs (the first time takes a minute or two) ...'
	@$(INSTALL) --group $*
	@touch $@

# ---------------------------------------------------------------- running
.PHONY: demo
demo: .venv/main-ready ## the whole product with a sample marketplace, http://127.0.0.1:8000
	@trap '' INT; exec $(BIN)/python -m messaging_center.demo

# ---------------------------------------------------------------- proving
.PHONY: test
test: .venv/test-ready ## all tests, on SQLite and again on a real PostgreSQL with Redis
	@$(BIN)/python -m tests

.PHONY: browser-test
browser-test: .venv/test-ready ## the tests that drive Debian's chromium
	@command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium, then try again.' >&2; exit 1; }
	@$(BIN)/python -m tests browser

.PHONY: long-test
long-test: .venv/test-ready ## the browser's tests that take long: the looks of single controls, every page in five languages
	@$(BIN)/python -m tests long

.PHONY: crash-test
crash-test: .venv/test-ready ## kill each process in a long loop and count what was lost
	@$(BIN)/python -m tests crash

.PHONY: lint
lint: .venv/lint-ready ## formatting, lint, templates, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/lint-imports --no-cache >.venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }

.PHONY: types
types: .venv/lint-ready ## mypy, strict
	@$(BIN)/mypy .

.PHONY: translations
translations: .venv/test-ready ## every text is there in all six languages
	@ENV_FILE= DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py update_catalogs --check

.PHONY: holes
holes: .venv/lint-ready ## known holes in the pinned packages, as far as their registry answers
	@$(BIN)/python -m tests.known_holes

.PHONY: check
check: .venv/lint-ready .venv/test-ready ## all of the above but long tests and the kill loop; what CI runs
	@$(MAKE) --no-print-directory --jobs 2 lint types holes translations
	@$(MAKE) --no-print-directory browser-test test

.PHONY: bench
bench: .venv/test-ready ## measure against a bare mail sink, table and JSON in bench-results/
	@$(BIN)/python -m benchmarks

.PHONY: clean
clean: ## remove what make made, but not .env and the data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis staticfiles bench-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
