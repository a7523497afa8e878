# One command for each verb, the same here and in CI. Everything sets itself up: Python 3.11 or newer is all it needs.
PYTHON ?= python3
IN_VENV := .venv/bin/
# Lambda runs Python 3.13; bytecode is packed where that version is here.
BYTECODE_PYTHON = $(shell $(IN_VENV)python -c 'import sys; print(sys.executable if sys.version_info[:2] == (3, 13) else "python3.13")')
export AWS_DEFAULT_REGION ?= us-east-1
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help setup run test test-long check types lint format openapi bench build audit clean lock soak deploy audit-templates
.SUFFIXES:

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s%s\n", $$1, $$2}' Makefile

setup:
	@$(PYTHON) infra/local/environments.py

run: setup ## Run the whole stack on this machine (ARGS="--port 4600 --fresh")
	@exec $(IN_VENV)quen serve $(ARGS)

# What one process has compiled (a test's assertions, rewritten, most of all), the next one reads; empty is as good as unset.
test test-long: export PYTHONDONTWRITEBYTECODE :=

test: check ## Check everything, then run every test but the long ones
	@$(IN_VENV)pytest -n 2 --no-loadscope-reorder -m "not long" $(ARGS)

test-long: setup ## Run the tests that take minutes
	@$(IN_VENV)pytest -m long $(ARGS)

check: setup ## Lint, types, import rules, templates
	@$(MAKE) --no-print-directory --jobs 2 types lint

types:
	@$(IN_VENV)mypy

lint:
	@$(IN_VENV)ruff check
	@$(IN_VENV)ruff format --check
	@$(IN_VENV)lint-imports
	@.venv-stack/bin/sam validate --template template.yaml
	@PYTHONPATH=infra .venv-stack/bin/cfn-lint --append-rules infra/cfn_lint_rules -- template.yaml infra/*.yaml

format: setup ## Put every file into shape
	@$(IN_VENV)ruff check --fix
	@$(IN_VENV)ruff format

openapi: setup ## Write infra/openapi/ anew from the code
	@$(IN_VENV)python -m quen.http.openapi
	@$(IN_VENV)python -m api_reference

bench: setup ## Measure ratios, CPU, units, nights, memory, the bill, cold starts (ARGS="--only bill", ARGS=--record)
	@$(IN_VENV)python -m local.bench $(ARGS)

soak: setup ## Traffic and faults for half an hour, the books checked every minute (SOAK_MINUTES=30 SOAK_SEED=1)
	@$(IN_VENV)python -m local.soak

build: setup ## Build what `sam deploy --template build/aws/template.yaml` sends to AWS
	@QUEN_BUILD=aws QUEN_PYTHON="$(CURDIR)/$(IN_VENV)python" QUEN_BYTECODE_PYTHON="$(BYTECODE_PYTHON)" \
		.venv-stack/bin/sam build --template template.yaml --build-dir build/aws --build-in-source

audit: setup ## Known weaknesses, licences, secrets in files; writes build/sbom.json (ARGS="--offline FILE" without a network)
	@$(PYTHON) infra/local/environments.py .venv-audit
	@$(IN_VENV)python -m local.audit $(ARGS)

deploy: setup ## Build and deploy into your own AWS account; asks for what it needs (ARGS="--plan", ARGS="--help")
	@exec $(IN_VENV)python -m local.deploying $(ARGS)

audit-templates: setup ## Look the templates over as a reviewer would: checkov, and cfn-lint over what is not the default
	@$(IN_VENV)python -m local.template_audit

clean: ## Remove what was built or cached; the stack's data and the environments stay
	@rm -rf build .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	@find functions infra layers tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Writing the locks needs uv; using them does not.
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-package pip --no-emit-package setuptools --no-emit-package wheel

lock: ## Resolve the locks anew (UPGRADE=--upgrade for newer versions)
	@cd layers/dependencies && $(UV_COMPILE) $(UPGRADE) requirements.in --output-file requirements.txt
	@cd requirements && $(UV_COMPILE) $(UPGRADE) -c ../layers/dependencies/requirements.txt development.in -o development.txt
	@cd requirements && $(UV_COMPILE) $(UPGRADE) stack.in --output-file stack.txt
	@cd requirements && $(UV_COMPILE) $(UPGRADE) audit.in --output-file audit.txt
	@cd requirements && $(UV_COMPILE) $(UPGRADE) checkov.in --output-file checkov.txt
