# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Needs python3 (3.11 or newer) and pip's package index; everything else is fetched into .venv and .nox.

PYTHON ?= python3
BIN := .venv/bin
COLLECTIONS = $(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'

.PHONY: help demo test test-all format bench changelog clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1: /p' Makefile

demo: .venv/ready ## Run a playbook on several hosts against a real Vault and show what it leased
	$(BIN)/python tests/testbed/demo.py

test: .venv/ready ## Lint, types, sanity, unit, integration and system tests; CORES="2.18 2.20" to choose ansible-core
	CI=true $(BIN)/python tests/steps.py

test-all: .venv/ready ## The same on every supported ansible-core
	CI=true CORES="$(or $(CORES),all)" $(BIN)/python tests/steps.py

format: .venv/ready ## Rewrite the Python files in the house format
	CI=false $(BIN)/nox --session formatters

bench: .venv/ready ## Measure against community.hashi_vault; prints a table, writes JSON and a chart
	$(BIN)/python tests/bench/run.py

changelog: .venv/ready ## Write CHANGELOG.md of the version in galaxy.yml, from changelogs/fragments and the plugins
	PATH="$(CURDIR)/$(BIN):$$PATH" antsibull-changelog release --update-existing --reload-plugins

clean: ## Remove what the other commands made in this folder
	rm -rf .venv .nox .mypy_cache .pytest_cache .ruff_cache tests/output

# The checkout is linked into the environment as an installed collection, so that every tool in it finds leasehold.vault.
.venv/ready: Makefile tests/requirements.txt tests/constraints.txt tests/unit/requirements.txt
	@echo "Making .venv (about a minute)"
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --constraint tests/constraints.txt --requirement tests/requirements.txt \
		ansible-core antsibull-changelog antsibull-nox nox
	mkdir -p `$(COLLECTIONS)`/ansible_collections/leasehold
	ln -sfn "$(CURDIR)" `$(COLLECTIONS)`/ansible_collections/leasehold/vault
	@touch $@
