# Copydesk's commands. `make help` lists them; `make run` and `make test` need nothing else first.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py

.DEFAULT_GOAL := help
.PHONY: help run dev install fresh test test-slow bench-lists bench-saving bench-reports bench-migrations lint requirements

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS='	' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Copydesk needs Python 3.11 or newer; try make PYTHON=python3.11 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A stamp is as old as the last installation: nothing is installed while the pins are older.
$(VENV)/runtime.stamp: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/development.stamp: requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/runtime.stamp

install: $(VENV)/runtime.stamp  ## Make the virtual environment with what Copydesk runs on

run: install  ## Serve it with demo data at http://127.0.0.1:8000/ (PORT=8080 changes that)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) demo_accounts --verbosity 0
	@$(MANAGE) seed_demo --if-empty --users 200 --posts 2000 --comments 8000 --seed 1
	@$(MANAGE) demo_accounts
	@echo "Copydesk: http://127.0.0.1:$(PORT)/"
	@DJANGO_SETTINGS_MODULE=config.settings.development PORT=$(PORT) WORKER_THREAD=on \
	    exec $(BIN)/python -m config.gunicorn --log-level warning

dev: $(VENV)/development.stamp  ## Serve it with DEBUG, autoreload and the debug toolbar
	@$(MANAGE) migrate --verbosity 0
	@DEBUG=on WORKER_THREAD=on $(MANAGE) runserver 127.0.0.1:$(PORT)

shell: $(VENV)/development.stamp  ## A Python shell with every model imported
	@DEBUG=on $(MANAGE) shell_plus

urls: $(VENV)/development.stamp  ## Every address and its view
	@DEBUG=on $(MANAGE) show_urls

fresh:  ## Throw the demo database away
	rm -f var/copydesk.sqlite3 var/copydesk.sqlite3-wal var/copydesk.sqlite3-shm

test: $(VENV)/development.stamp  ## The tests, on SQLite and on PostgreSQL with Redis, side by side
	@$(BIN)/python tests/run.py

test-slow: $(VENV)/development.stamp  ## Every test at its true size, browser tests too, on PostgreSQL 18
	@$(BIN)/python tests/run.py --slow

bench-lists: $(VENV)/development.stamp  ## What lists, searches and forms cost; ARGS="--rows 10000" (docs/benchmarks.md)
	@$(BIN)/python -m benchmarks.lists $(ARGS)

bench-saving: $(VENV)/development.stamp  ## What saving and merging cost; ARGS="--rows 10000 1000000" (docs/benchmarks.md)
	@$(BIN)/python -m benchmarks.saving $(ARGS)

bench-reports: $(VENV)/development.stamp  ## What reports and downloads cost; ARGS="--rows 10000 1000000" (docs/benchmarks.md)
	@$(BIN)/python -m benchmarks.reports $(ARGS)

bench-migrations: $(VENV)/development.stamp  ## What clients notice of migrations; ARGS="--rows 100000" (docs/benchmarks.md)
	@$(BIN)/python -m benchmarks.migrations $(ARGS)

lint: $(VENV)/development.stamp  ## Ruff, bandit, missing migrations and those that would stop somebody
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/bandit -q -ll -r apps config
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) check --deploy --tag migrations

requirements: $(VENV)/development.stamp  ## Pin requirements.txt and requirements-dev.txt again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
	    --custom-compile-command "make requirements" requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
	    --custom-compile-command "make requirements" requirements-dev.in -o requirements-dev.txt
