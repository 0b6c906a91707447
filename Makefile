# Every target builds its own environment first; `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Nothing here reports home.
export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := False
export DBT_SEND_ANONYMOUS_USAGE_STATS := False

BIN := .venv/bin
STAMP := .venv/.made
SUPERSET := dashboards/.venv/.made
PACKAGES := actions alerts api audit cli cloudcost clouds core dashboards door ingestion ml orchestration savings scripts \
	simulator state warehouse
# What sqlfluff reads; how, pyproject.toml says.
SQL := dbt_project/models dbt_project/macros dbt_project/tests
# One file's tests share their fixtures, so a file is never split between workers. PYTEST_WORKERS=0 runs in one process.
PYTEST_WORKERS ?= auto
PYTEST_ARGS ?=
# `ui`, `dashboards` and `docs` show what the command line would: CLOUDCOST_CONFIG and CLOUDCOST_HOME, else ./cloudcost.yaml.
# Without any of them, or by its name, they show the demo.
DEMO := demo/cloudcost.yaml
OWN_HOME := $(filter-out demo/state $(CURDIR)/demo/state,$(CLOUDCOST_HOME))
OWN_CONFIG := $(filter-out $(DEMO) $(CURDIR)/$(DEMO),$(CLOUDCOST_CONFIG))
IS_DEMO := $(if $(OWN_HOME)$(OWN_CONFIG),,$(or $(CLOUDCOST_CONFIG),$(if $(wildcard cloudcost.yaml),,$(wildcard $(DEMO)))))
ON_DEMO := $(if $(IS_DEMO),CLOUDCOST_CONFIG=$(DEMO) CLOUDCOST_HOME=demo/state)
HOME_SHOWN := $(if $(IS_DEMO),demo/state,$(or $(CLOUDCOST_HOME),.cloudcost))
SHOWN := $(if $(IS_DEMO),the demo ($(DEMO)),$(or $(CLOUDCOST_CONFIG),cloudcost.yaml)), state in $(HOME_SHOWN)
PYTEST := $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile

.PHONY: help env dashboards-env dashboards dashboards-full dashboards-lock demo ui api docs test test-all bench bench-faults bench-inputs conformance lint format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(STAMP) ## build .venv from uv.lock (done by every other target)

$(STAMP): pyproject.toml uv.lock scripts/make_env.sh
	@scripts/make_env.sh
	@touch $@

dashboards-env: $(SUPERSET) ## build Superset's own environment (done by what needs it)

$(SUPERSET): dashboards/requirements.txt scripts/make_superset_env.sh
	@scripts/make_superset_env.sh
	@touch $@

demo: $(STAMP) ## run the whole pipeline on a simulated cloud account
	@$(BIN)/python -m simulator.demo run

ui: $(STAMP) ## open the Dagster UI on your configuration, without one on the demo
	@echo "Showing $(SHOWN)"
	@$(if $(IS_DEMO),$(BIN)/python -m simulator.demo ui,$(BIN)/cloudcost ui)

api: $(STAMP) ## serve the API of your configuration, without one of the demo
	@echo "Showing $(SHOWN)"
	@$(ON_DEMO) $(BIN)/cloudcost api

dashboards: $(STAMP) $(SUPERSET) ## serve the dashboards of your configuration, without one of the demo
	@echo "Showing $(SHOWN)"
	@$(ON_DEMO) $(BIN)/python -m dashboards.serve

dashboards-full: $(STAMP) $(SUPERSET) ## the same with PostgreSQL, Redis and scheduled reports
	@scripts/system_deps.sh dashboards
	@echo "Showing $(SHOWN)"
	@$(ON_DEMO) $(BIN)/python -m dashboards.serve --full

dashboards-lock: $(STAMP) ## choose Superset's packages anew
	@scripts/lock_superset.sh

docs: $(STAMP) ## write the dbt documentation of the models to dbt_project/target, on your data, without any on the demo's
	@CLOUDCOST_WAREHOUSE="$(abspath $(HOME_SHOWN)/warehouse.duckdb)" \
		$(BIN)/dbt --quiet docs generate --static --project-dir dbt_project --profiles-dir dbt_project
	@echo "dbt_project/target/static_index.html"

test: $(STAMP) $(SUPERSET) ## run every test but the slow ones
	@scripts/system_deps.sh
	@$(PYTEST) -m "not slow" $(PYTEST_ARGS)

test-all: $(STAMP) $(SUPERSET) ## run every test
	@scripts/system_deps.sh all
	@$(PYTEST) $(PYTEST_ARGS)

bench: $(STAMP) ## run every benchmark, one after the other
	@failed=; for bench in $(filter-out benchmarks/faults.py,$(wildcard benchmarks/[a-z]*.py)); do \
		echo "== $$bench"; $(BIN)/python "$$bench" || failed="$$failed $$bench"; \
	done; if [ -n "$$failed" ]; then echo "failed:$$failed" >&2; exit 1; fi

bench-faults: $(STAMP) ## random schedules of deliveries, faults and kills; every total must be right
	@$(BIN)/python benchmarks/faults.py --schedules 200
	@$(BIN)/python benchmarks/faults.py --shared --schedules 40

bench-inputs: $(STAMP) ## 2,000 spoiled exports of all formats at the door, 100 of them through whole runs; no wrong total, no crash
	@$(BIN)/python -m benchmarks.inputs --mutations 2000 --whole 100

conformance: $(STAMP) ## run the FOCUS project's validator on what is published as FOCUS 1.2
	@$(BIN)/python -m scripts.conformance

lint: $(STAMP) ## check style, types, SQL, that no file names a machine's path and nothing is without a caller
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy $(PACKAGES) benchmarks tests & types=$$!; \
		$(BIN)/python -m scripts.lint_sql $(SQL); sql=$$?; wait $$types && exit $$sql
	@$(BIN)/python -m scripts.check_files
	@$(BIN)/python -m scripts.unused

format: $(STAMP) ## put Python and SQL into shape
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format
	@$(BIN)/sqlfluff fix --disable-progress-bar $(SQL)

clean: ## remove the environment and everything generated
	rm -rf .venv dashboards/.venv .uv .conformance .cloudcost demo logs dbt_project/target dbt_project/logs dbt_project/dbt_packages \
		.pytest_cache .ruff_cache .mypy_cache .import_linter_cache .sqlfluff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
