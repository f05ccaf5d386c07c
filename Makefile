# Two commands on a fresh machine: `make demo` and `make test`. Needs Python 3.11+, git and make.
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev tools demo up doctor test fuzz check bench eval generate lock clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null || \
		sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1  \2/p' $(MAKEFILE_LIST)

setup:
	@deploy/setup.sh runtime

setup-dev:
	@deploy/setup.sh dev

tools: setup ## Build OPA into the cache folder
	@$(PY) -m control_plane.stack.tools opa >/dev/null

demo: tools ## Start the stack, play the invoice scenario, verify its receipts
	@.venv/bin/writ demo

up: tools ## Start the stack and stay
	@.venv/bin/writ up

doctor: setup ## Say what is missing or wrong, and how to mend it
	@.venv/bin/writ doctor

test: setup-dev ## Run every test
	@$(PY) -m control_plane.stack.tools opa >/dev/null
	@# Those of single modules beside those that mostly wait for processes; what they said is printed at the end.
	@$(if $(PYTEST_ARGS),$(PY) -m pytest $(PYTEST_ARGS),mkdir -p build; \
	$(PY) -m pytest -p no:cacheprovider tests/unit >build/unit-tests.txt 2>&1 & unit=$$!; \
	trap 'kill $$unit; exit 130' INT TERM; \
	$(PY) -m pytest --ignore=tests/unit; code=$$?; \
	wait $$unit || code=1; cat build/unit-tests.txt; exit $$code)

fuzz: setup-dev ## Search for counterexamples: TIMES (20) as many examples of every property test, from new seeds
	@$(PY) -m control_plane.stack.tools opa >/dev/null
	@$(PY) -m pytest -m hypothesis --fuzz=$(or $(TIMES),20) $(PYTEST_ARGS)

check: ## Run everything that has to hold before a change lands
	@bash .ci/run

bench: setup-dev ## Measure; QUICK=1 takes under a minute
	@$(PY) -m control_plane.stack.tools opa loadgen >/dev/null
	@QUICK=$(QUICK) $(PY) -m benchmarks.run

eval: setup-dev ## Measure what injections achieve; SUITES=banking,workspace takes these alone, SUITES=others other people's
	@$(PY) -m control_plane.stack.tools opa >/dev/null
	@$(PY) -m benchmarks.eval.run $(SUITES)

generate: setup-dev ## Write generated code again
	@$(PY) deploy/generate.py
	@$(PY) deploy/schema.py
	@$(PY) deploy/reasons.py
	@$(PY) deploy/capabilities.py

lock: setup-dev ## Write the hash locks again; UPGRADE=1 takes newer versions
	@cd requirements && for name in runtime dev go eval eval-tau2-needs; do \
		CUSTOM_COMPILE_COMMAND='make lock' ../.venv/bin/pip-compile --quiet --generate-hashes --no-emit-index-url \
			--no-emit-find-links --no-emit-trusted-host --no-emit-options --allow-unsafe --strip-extras \
			$(if $(UPGRADE),--upgrade) -o $$name.txt $$name.in || exit 1; \
	done
	@$(PY) -m benchmarks.eval.lock eval-bfcl eval-tau2

clean: ## Remove what was built in the checkout; the cache folder stays
	rm -rf .venv build .writ *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
