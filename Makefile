# `make run` starts everything, `make test` runs every test. Nothing but python3, make and the package
# registries is needed. `exec`: the signal that make passes on must reach the service, not a shell.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench assets setup pictures icons apk lock clean

run:
	@exec $(PYTHON) -m scripts.setup run

test:
	@exec $(PYTHON) -m scripts.setup test $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	@exec $(BIN)/python -m bench

setup assets:
	@exec $(PYTHON) -m scripts.setup

# The pictures of docs/pictures, taken anew from a walk.
pictures: setup
	@exec $(BIN)/python -m tests.browser.pictures

# The app's icons, drawn anew from static/img/app-icon.svg.
icons: setup
	@exec $(BIN)/python -m scripts.icons

# The Android package of the app, from android/; the web serves it at /app/ (docs/app.md).
apk: setup
	@exec $(BIN)/python -m scripts.apk

# Writes the locks anew from the .in files; `make lock UPGRADE=--upgrade` takes newer versions.
lock: setup
	$(PYTHON) -m scripts.lock $(UPGRADE)

clean:
	rm -rf .venv node_modules static/dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
