# Thin names for what pyproject.toml and the command line already say.
.PHONY: run test check bench
BIN := .venv/bin

run: .venv/run.stamp          ## The whole local stack: http://127.0.0.1:8000, Ctrl-C stops it
	@exec $(BIN)/python app.py

test: check                   ## Everything that CI runs; pytest's summary comes last
	@bin/chromium
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/dev.stamp        ## Format, lint, types, floors, templates
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >.venv/floors.log || { cat .venv/floors.log; exit 1; }
	@$(BIN)/djlint --check --lint --quiet templates

bench: .venv/dev.stamp        ## The measurements, printed as tables
	@$(BIN)/python -m bench

.venv/run.stamp: requirements.txt bin/venv
	@bin/venv requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt bin/venv
	@bin/venv requirements-dev.txt
	@touch $@
