# projektbot: `make help` lists what there is. Needs GNU make, Python 3.11 or later with venv, and a package index.

PYTHON ?= python3
BIN    := .venv/bin
UV     := $(BIN)/uv

# No file is longer than this.
MAX_LINES := 420
TEMPLATE  := .venv/projektbot.pot
LOCALES   := de

# So many tests at once. Much of their time is waiting for other processes: two cores are busy with four of them.
WORKERS ?= 4

# Stamps lie inside the environment, so that removing .venv removes them.
TOOLS_STAMP   := .venv/.stamp-tools
RUNTIME_STAMP := .venv/.stamp-runtime
DEV_STAMP     := .venv/.stamp-dev
BENCH_STAMP   := .venv-bench/.stamp

COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes \
           --no-emit-index-url --no-annotate --no-header
INSTALL_SELF := pip install --quiet --python $(BIN)/python --compile-bytecode \
                --no-deps --build-constraints requirements-build.txt --editable .

.DEFAULT_GOAL := help
.PHONY: help env env-dev demo demo-telegram test lint format check messages bench crash fuzz lock upgrade

help: ## list these targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{ printf "  make %-14s %s\n", $$1, $$2 }'

# --- the environment -------------------------------------------------------------------------------------------------

env: $(RUNTIME_STAMP) ## make .venv with what the program needs to run

env-dev: $(DEV_STAMP) ## make .venv with what its developers need too

# uv comes from pip, by its hash, and makes the rest: nothing is installed outside .venv.
$(TOOLS_STAMP): requirements-build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "projektbot needs Python 3.11 or later, and '$(PYTHON)' is missing or older." >&2; \
	  echo "Install one and name it: make env PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python cannot make environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt
	@touch $@

# Where the developers' packages are in, they stay in: `make env` never takes them away.
$(RUNTIME_STAMP): $(TOOLS_STAMP) requirements.txt requirements-dev.txt pyproject.toml
	$(UV) pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes \
	  $$(test -f $(DEV_STAMP) && echo requirements-dev.txt || echo requirements.txt)
	$(UV) $(INSTALL_SELF)
	@if test -f $(DEV_STAMP); then touch $(DEV_STAMP); fi
	@touch $@

$(DEV_STAMP): $(TOOLS_STAMP) requirements.txt requirements-dev.txt pyproject.toml
	$(UV) pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements-dev.txt
	$(UV) $(INSTALL_SELF)
	@touch $(RUNTIME_STAMP) $@

# Others' bots live apart: aiogram and we need different versions of pydantic.
$(BENCH_STAMP): $(TOOLS_STAMP) requirements-bench.txt
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-bench
	$(UV) pip sync --quiet --python .venv-bench/bin/python --compile-bytecode --require-hashes requirements-bench.txt
	@touch $@

# --- running it ------------------------------------------------------------------------------------------------------

demo: env ## play a sample city in the browser; needs no token
	$(BIN)/projektbot demo

demo-telegram: env-dev ## play it over Telegram's Bot API, against a server of our own
	$(BIN)/python -m tests.servers.botapi.play

# --- checking it -----------------------------------------------------------------------------------------------------

# Whoever starts Python without its .pyc files would have every worker compile all of them.
test: export PYTHONDONTWRITEBYTECODE :=
test: env-dev ## run all tests; what was skipped is told at the end
	$(BIN)/python -m pytest -ra -n $(WORKERS) --dist worksteal

# All of them run, whatever the first one finds.
lint: env-dev ## look over the code: ruff, mypy, imports, sizes
	@failed=; \
	for tool in "ruff check ." "ruff format --check ." "mypy" "lint-imports --no-logo"; do \
	  echo "$(BIN)/$$tool"; $(BIN)/$$tool || failed="$$failed, $$tool"; \
	done; \
	long=$$(find $(wildcard src tests bench) -name '*.py' -exec awk 'END { if (NR > $(MAX_LINES)) print FILENAME ": " NR }' {} \;); \
	if test -n "$$long"; then echo "Over $(MAX_LINES) lines, so more than one concept:"; echo "$$long"; failed="$$failed, sizes"; fi; \
	test -z "$$failed" || { echo "lint: $${failed#, } found something" >&2; exit 1; }

format: env-dev ## let ruff set the code and mend what it can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

check: env ## check all dialogs and catalogs
	$(BIN)/projektbot check

fuzz: env-dev ## feed it random input for minutes
	PROJEKTBOT_FUZZ=long $(BIN)/python -m pytest tests -m fuzz -ra

crash: env-dev ## kill it again and again and count what is lost
	$(BIN)/python -m tests.crash

bench: env-dev $(BENCH_STAMP) ## measure it, side by side with others
	$(BIN)/python -m bench

# --- texts -----------------------------------------------------------------------------------------------------------

# Sentences that changed are translated anew rather than guessed, and git remembers those that went. The program reads
# the .po files themselves. A new language is one word more in LOCALES.
messages: env-dev ## gather the texts from code, dialogs and pages into the catalogs
	$(BIN)/pybabel -q extract --mapping-file=pyproject.toml --no-default-keywords --keyword=N_ --keyword=NN_:1,2 --keyword=_ \
	  --add-comments=NOTE --sort-by-file --no-wrap --project=projektbot --version=0 --msgid-bugs-address='the issues of the repository' \
	  --header-comment='# Texts of projektbot, under the licence of the program.' --output-file=$(TEMPLATE) .
	@for locale in $(LOCALES); do \
	  $(BIN)/pybabel -q update --init-missing --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	    --domain=projektbot --input-file=$(TEMPLATE) --output-dir=locales --locale="$$locale" || exit 1; \
	done

# --- versions ---------------------------------------------------------------------------------------------------------

lock: $(TOOLS_STAMP) ## write the lock files anew from pyproject.toml, keeping versions that still fit
	$(UV) $(COMPILE) --group build -o requirements-build.txt
	$(UV) $(COMPILE) --extra postgres pyproject.toml -o requirements.txt
	$(UV) $(COMPILE) --extra postgres --group dev --group build -c requirements.txt -c requirements-build.txt pyproject.toml -o requirements-dev.txt
	$(UV) $(COMPILE) --group bench -o requirements-bench.txt

upgrade: ## the same, taking the newest versions that fit
	$(MAKE) lock COMPILE='$(COMPILE) --upgrade'
