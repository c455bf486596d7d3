# The commands a person types; a bare `make` lists them. Needs Python 3.11 or newer and Terraform.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
RENDER_VENV := .venv-render
BIN := $(VENV)/bin
TERRAFORM ?= terraform

# The first Python that is new enough; PYTHON=/path/to/python3.12 overrides it.
is_new_enough = import sys; sys.exit(sys.version_info < (3, 11))
# It is looked for once, and only where an environment is to be made.
ifeq ($(origin PYTHON),undefined)
PYTHON = $(eval PYTHON := $$(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$$$p" -c '$(is_new_enough)' >/dev/null 2>&1 && { echo "$$$$p"; exit; }; done))$(PYTHON)
endif

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Tools that must be there before minutes are spent on installing

.PHONY: needs-terraform needs-student
needs-terraform:
	@command -v "$(TERRAFORM)" >/dev/null || { \
	  echo "make: Terraform is not on the PATH: install it (https://developer.hashicorp.com/terraform/install) and try again" >&2; exit 1; }

needs-student:
	@test -n "$(STUDENT_ID)" || { \
	  echo "make: which student? Say STUDENT_ID=…, e.g. make $(MAKECMDGOALS) STUDENT_ID=jane-doe7" >&2; exit 2; }

## Environments: made once, renewed when pyproject.toml changes

# $(call environment,FOLDER,WHAT): a virtual environment with this project and its extras in it.
define environment
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(is_new_enough)' 2>/dev/null || { \
	  echo "make: Python 3.11 or newer is needed, and $(or $(PYTHON),no python3 on the PATH) is not: install one, or name it with PYTHON=/path/to/python3.12" >&2; exit 1; }
	@set -e; if command -v uv >/dev/null; then \
	  echo "Installing into $(1) with uv ..."; \
	  test -x $(1)/bin/python || uv venv --quiet --python "$(PYTHON)" $(1); \
	  uv pip install --quiet --python $(1)/bin/python --editable '$(2)'; \
	else \
	  echo "Installing into $(1) with pip (a minute or two) ..."; \
	  $(1)/bin/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(1) || { \
	    echo "make: $(PYTHON) cannot make a virtual environment: on Debian or Ubuntu, apt install python3-venv" >&2; exit 1; }; \
	  $(1)/bin/python -m pip install --quiet --disable-pip-version-check --editable '$(2)'; \
	fi; touch $@
endef

$(VENV)/.installed: pyproject.toml
	$(call environment,$(VENV),.)

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.installed
	$(call environment,$(VENV),.[dev])

$(RENDER_VENV)/.installed: pyproject.toml
	$(call environment,$(RENDER_VENV),.[render])

.PHONY: install
install: $(VENV)/.installed ## what everything but the tests needs, into .venv
	@:

## The local stack

.PHONY: demo demo-down
demo: needs-terraform ## the whole system on this machine, no AWS account (KEEP=1 leaves it running)
	@began=$$(date +%s); $(MAKE) install && MLOPS_DEMO_BEGAN=$$began exec $(BIN)/python -m mlops.demo $(if $(KEEP),--keep)

demo-down: install ## end what `make demo KEEP=1`, or a demo that was killed, left running
	@$(BIN)/python -m mlops.demo --down

## The checks

# Stacks, jobs and commands are processes of their own: hundreds of them would compile the project each time.
PYTEST = env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

.PHONY: test test-quick test-full check
test: needs-terraform $(VENV)/.installed-dev ## the tests (ARGS='tests/jobs -k …')
	@$(PYTEST) -m "not full" $(ARGS)

test-quick: needs-terraform $(VENV)/.installed-dev ## the fast ones of `make test`
	@$(PYTEST) -m "not slow and not full" $(ARGS)

test-full: needs-terraform $(VENV)/.installed-dev $(RENDER_VENV)/.installed ## the tests that `make test` leaves out: SDK releases, image pins, killed demos
	@$(PYTEST) -m full $(ARGS)

check: needs-terraform $(VENV)/.installed-dev $(RENDER_VENV)/.installed ## style, types, and that nothing generated is stale
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TERRAFORM) fmt -check -recursive
	$(RENDER_VENV)/bin/python -m mlops.render --check
	$(BIN)/python tools/module_docs.py --check
	$(BIN)/python tools/iam_reference.py --check
	$(BIN)/localaws operations --check

.PHONY: render
render: $(RENDER_VENV)/.installed ## write rendered/ anew
	$(RENDER_VENV)/bin/python -m mlops.render

## A student's system, in the account that the environment points at

.PHONY: init plan apply destroy validate
init: needs-student needs-terraform install
	@plugins=$$($(BIN)/mlops plugin-dir) && $(TERRAFORM) init -input=false $$plugins
	@$(BIN)/mlops check-state $(STUDENT_ID)

plan: init ## what apply would change (STUDENT_ID=…, ARGS='-var …')
	$(TERRAFORM) plan -var student_id=$(STUDENT_ID) $(ARGS)

apply: init ## create or update a student's system (STUDENT_ID=…, ARGS='-var …')
	$(TERRAFORM) apply -var student_id=$(STUDENT_ID) $(if $(YES),-auto-approve) $(ARGS)

destroy: init ## delete it, data and model versions included (STUDENT_ID=…, YES=1 does not ask)
	@$(BIN)/mlops empty $(STUDENT_ID) $(if $(YES),--yes)
	$(TERRAFORM) destroy -var student_id=$(STUDENT_ID) $(if $(YES),-auto-approve) $(ARGS)

validate: needs-student install ## score the ten tasks, read-only (STUDENT_ID=…, ARGS='--require 70')
	@$(BIN)/python validate_tasks.py aiml_hard --student-id $(STUDENT_ID) $(ARGS)

.PHONY: clean
clean: ## end a kept demo; remove environments, caches and build/ (never your state)
	@if test -d build/demo && test -x $(BIN)/python; then $(BIN)/python -m mlops.demo --down; fi
	rm -rf build $(VENV) $(RENDER_VENV) .mypy_cache .pytest_cache .ruff_cache python/*.egg-info
