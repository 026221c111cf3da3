# SPDX-License-Identifier: Apache-2.0
"""Changed files, and the tests that are about them."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from regressions.errors import UserError
from regressions.paths import ROOT

_TESTS = ROOT / "tests"
_PACKAGES = ("models", "tb", "regressions")
_FROM = re.compile(r"^\s*from ([\w.]+) import (\([^)]*\)|.*)", re.MULTILINE)
# Tests of what is no Python, by the beginning of its path.
_BESIDES = {
    "rtl/": ("rtl/test_style.py", "rtl/test_assertions.py", "rtl/test_one_code.py"),
    "models/kernel.cpp": ("models/test_kernel.py", "models/test_gemm_op.py"),
    "tb/stimulus/operands.cpp": ("stimulus/test_filling.py",),
    "models/schedule": ("models/test_schedule.py", "bench/test_schedule_check.py", "trace/test_trace.py"),
    "regressions/trace/": ("trace/test_trace.py",),
    "tb/agents/control/": ("control/test_bfm_simulation.py",),
    "tb/dpi/": (
        "bench/test_banks.py",
        "bench/test_bench_layout.py",
        "bench/test_bench_logs.py",
        "bench/test_bench_memory.py",
        "bench/test_bench_player.py",
        "bench/test_deputy.py",
        "bench/test_recorder.py",
    ),
    "tb/opinions/": ("models/test_oracle.py", "bench/test_second_opinion.py"),
    "docs/contract/": ("contract",),
    "docs/": ("docs",),
    "regressions/lists/": ("testplan",),
    "regressions/testplan": ("testplan",),
}


def changed_files(folder: Path = ROOT) -> list[str]:
    """Files that differ from where the branch left `main`, or on it from the last commit; not those deleted.

    Raises:
        UserError: The folder is no git repository.
    """
    base = _git(folder, "merge-base", "HEAD", "main") or _git(folder, "rev-parse", "HEAD")
    if not base:
        raise UserError(
            "make check needs a git repository, which says what has changed; run make lint and make test"
        )
    changed = _git(folder, "diff", "--name-only", "--diff-filter=d", base[0])
    return sorted({*changed, *_git(folder, "ls-files", "--others", "--exclude-standard")})


def tests_of(changed: Iterable[str]) -> list[str]:
    """Tests of changed files: those changed themselves, and those that import a changed module.

    Of a module that no test imports, the tests of the modules that import it are taken, and so on.
    """
    files, names = list(changed), sorted(_TESTS.rglob("test_*.py"))
    imports = {path: _imports(path) for path in names}
    chosen = {path for path in names if str(path.relative_to(ROOT)) in files}
    own = [path for package in _PACKAGES for path in (ROOT / package).rglob("*.py")]
    users = {_module(str(path.relative_to(ROOT))): _imports(path) for path in own}
    for file in files:
        wanted, seen = {_module(file)} & users.keys(), set[str]()
        while wanted and not (mine := {path for path, found in imports.items() if found & wanted}):
            seen |= wanted
            wanted = {user for user, found in users.items() if found & wanted} - seen
        chosen |= mine if wanted else set()
    for begin, places in _BESIDES.items():
        if any(file.startswith(begin) for file in files):
            chosen |= {_TESTS / place for place in places}
    return sorted(str(path.relative_to(ROOT)) for path in chosen)


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imports(path: Path) -> set[str]:
    """Modules that a file imports, and names that it takes from them, which may be modules."""
    found: set[str] = set()
    for module, names in _FROM.findall(path.read_text()):
        found |= {module, *(f"{module}.{name}" for name in re.findall(r"\w+", names))}
    return found


def _git(folder: Path, *command: str) -> list[str]:
    done = subprocess.run(["git", *command], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []
