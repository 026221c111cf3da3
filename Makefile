# SPDX-License-Identifier: Apache-2.0
# Makes the Python environment and hands everything else to `python -m regressions`. Targets and their variables are
# described in regressions/targets.toml; `make help` shows them.

PYTHON ?= python3
# Another environment is used as it is, if it has what requirements.txt pins.
VENV ?= .venv

# Values are data: neither make nor a shell evaluates what was typed. Python reads it from the environment.
MAKE_TYPED := $(strip $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name))))
$(foreach name,$(MAKE_TYPED),$(eval override export $(name) := $$(value $(name))))
MAKE_GOALS := $(value MAKECMDGOALS)
export MAKE_TYPED MAKE_GOALS PYTHON VENV
# They are not meant for the makefiles that the simulator runs.
unexport MAKEFLAGS MAKEOVERRIDES

COMMANDS := regressions run rerun-failed list show merge report query replay shrink waves trace new-dut registers \
  coverage rank mutants workload bench baseline synth activity prove faults cluster check lint test sw

# Files are UTF-8, whatever the locale.
export PYTHONUTF8 := 1
# Set for other programs of Python, they would change what runs here, or keep it from starting.
unexport PYTHONHOME PYTHONINSPECT PYTHONOPTIMIZE PYTHONSAFEPATH PYTHONSTARTUP PYTHONWARNINGS

.DEFAULT_GOAL := help
.PHONY: python help env requirements clean $(COMMANDS)

# Looks at the goals and variables before anything else, and prints the help.
python help:
	@command -v "$$PYTHON" > /dev/null || \
	  { echo "error: $$PYTHON not found; install the Debian package python3, or name one with PYTHON=" >&2; exit 2; }
	@"$$PYTHON" -c 'import sys; sys.exit(3 * (sys.version_info < (3, 11)))' || { \
	  [ $$? = 3 ] && why="is older than Python 3.11" || why="does not start"; \
	  echo "error: $$PYTHON $$why; install Python 3.11 or newer, or name one with PYTHON=" >&2; exit 2; }
	@"$$PYTHON" -m regressions.targets

env: python
	@"$$PYTHON" -m regressions.environment "$$VENV"

requirements: python
	@"$$PYTHON" -m regressions.requirements

$(filter-out shrink waves,$(COMMANDS)): env
	@"$$VENV/bin/python" -m regressions $@

# They end with 1 if the failure shows again, which they were asked to look for: below their lines make has no error.
shrink waves: env
	@"$$VENV/bin/python" -m regressions $@ || { code=$$?; [ $$code = 1 ] || exit $$code; }

clean: python
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis

.DEFAULT: ; @"$$PYTHON" -m regressions.targets
