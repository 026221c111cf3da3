# SPDX-License-Identifier: Apache-2.0
"""Makes the virtual environment: ``python -m regressions.environment FOLDER``.

``.venv`` is the project's own, to make and to change; another folder is only checked. Needs nothing but the
standard library. The environment is made again only when requirements.txt changes: a stamp holds the hash of
its contents. An environment that has everything already is used as it is, without a network. Whatever is
installed has to have one of the hashes of requirements.txt.
"""

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from models.places import unusable
from regressions.extras import EXTRAS
from regressions.streams import steady_streams

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
MINIMUM = (3, 11)

# Reads names of folders alone: to load the metadata of all packages takes a second.
_CHECK = """
import os, sys
if sys.version_info < (3, 11):
    sys.exit("Python " + sys.version.split()[0] + " is older than 3.11")
found = {}
for folder in filter(os.path.isdir, reversed(sys.path)):
    for name in os.listdir(folder):
        if name.endswith(".dist-info"):
            package, _, version = name[:-len(".dist-info")].partition("-")
            found[package.lower().replace(".", "_")] = version
wrong = []
for line in open(sys.argv[1]):
    name, pinned, wanted = line.split("#")[0].partition("==")
    if pinned:
        wanted = wanted.split()[0]
        version = found.get(name.lower().replace("-", "_").replace(".", "_"), "missing")
        if version != wanted:
            wrong.append(name + " " + wanted + " (" + version + ")")
if wrong:
    sys.exit("it lacks " + ", ".join(wrong[:4]) + (" and %d more" % (len(wrong) - 4) if wrong[4:] else ""))
"""


_FARM = """
import sys
from regressions.errors import UserError
from regressions.farm.spec import parse_farm
try:
    parse_farm(sys.argv[1])
except UserError as error:
    sys.exit(str(error))
"""


def lacks(python: Path, requirements: Path = REQUIREMENTS) -> str:
    """Describe what an environment lacks; empty if it satisfies the requirements exactly."""
    if not python.exists():
        return "there is no bin/python in it"
    done = subprocess.run(
        [python, "-c", _CHECK, requirements], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or ["its Python does not start"])[-1]


def prepare(folder: Path, own: bool, requirements: Path = REQUIREMENTS) -> str:
    """Makes the environment satisfy the requirements; returns an error for people, or an empty text.

    One that is not the project's `own`, to make and to change, is only checked.
    """
    python = folder / "bin" / "python"
    stamp = folder / f".{requirements.stem}.sha256"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if own and python.exists() and stamp.exists() and stamp.read_text().strip() == digest:
        return ""
    missing = lacks(python, requirements)
    if missing and not own:
        return (
            f"VENV={folder} cannot be used: {missing}; install {requirements.name} there, or leave VENV= out"
        )
    if missing:
        error = _install(folder, python, requirements)
        if error:
            return error
    if own:
        stamp.write_text(digest + "\n")
    return ""


def _install(folder: Path, python: Path, requirements: Path) -> str:
    if sys.version_info < MINIMUM:
        return f"Python {sys.version.split()[0]} is too old: 3.11 or later is needed; name one with PYTHON="
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        return "Python lacks venv: install the Debian package python3-venv (apt-get install python3-venv)"
    if not os.access(folder.absolute().parent, os.W_OK):
        return f"{folder.absolute().parent} cannot be written: name an environment elsewhere by VENV="
    if os.pathsep in str(folder.absolute()):
        return f"Python makes no environment in a path with '{os.pathsep}': name another one by VENV="
    print(f"environment: installing {requirements.name} into {folder.name}", flush=True)
    if not python.exists():
        made = subprocess.run([sys.executable, "-m", "venv", folder], check=False)
        if made.returncode:
            return f"cannot make a virtual environment in {folder}; see above (python3-venv, disk space?)"
    error = _pip(python, requirements)
    if error:
        return error
    still = lacks(python, requirements)
    return f"after the installation {folder} is not as pinned: {still}" if still else ""


def _pip(python: Path, requirements: Path) -> str:
    """Installs by pip, whose messages pass through, except those about a wrong hash: the error says that."""
    options = ["--disable-pip-version-check", "install", "--quiet", "--require-hashes", "-r"]
    wrong: list[str] = []
    with subprocess.Popen(
        [python, "-m", "pip", *options, requirements], stderr=subprocess.PIPE, text=True, errors="replace"
    ) as pip:
        for line in pip.stderr or ():
            if wrong or "DO NOT MATCH THE HASHES" in line:
                wrong.append(line)
            else:
                print(line, end="", file=sys.stderr, flush=True)
    if not pip.returncode:
        return ""
    if wrong:
        served = re.search(r"^ +\S+ from \S*?([^/\s#]+)(?:#\S*)? ", "".join(wrong), re.MULTILINE)
        return (
            f"{served[1] if served else 'a package'} has none of the hashes in {requirements.name} and was "
            "not installed: it is damaged, or another build under the same name; empty pip's cache "
            "(pip cache purge) and see what PIP_INDEX_URL or PIP_FIND_LINKS serve, then start again"
        )
    return (
        f"pip could not install {requirements.name}; see above. Behind a proxy or offline set PIP_PROXY, "
        "PIP_INDEX_URL, or PIP_NO_INDEX and PIP_FIND_LINKS, then start again"
    )


def outcome(act: Callable[[], str], doing: str) -> int:
    """Acts; returns 0, or 2 after one line on the standard error."""
    try:
        error = act()
    except OSError as problem:
        error = f"cannot {doing}: {problem}"
    if error:
        print(f"error: {error}", file=sys.stderr)
    return 2 if error else 0


def _no_farm(folder: Path, farm: str) -> str:
    """Tells what is wrong with ``FARM=``, which only the environment itself can read; empty if nothing is."""
    python = folder.absolute() / "bin" / "python"
    done = subprocess.run([python, "-c", _FARM, farm], capture_output=True, text=True, check=False, cwd=ROOT)
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


def main(folder: Path, typed: Sequence[str], farm: str = "") -> int:
    """Makes the environment in a folder, with the extras that variables typed behind make ask for.

    For a `farm` that is none nothing is installed.
    """

    def errors() -> Iterator[str]:
        yield unusable(ROOT)
        yield prepare(folder, folder == Path(".venv"), REQUIREMENTS)
        if farm and "FARM" in typed:
            yield _no_farm(folder, farm)
        for extra in EXTRAS:
            if extra.variable in typed:
                yield prepare(folder, folder == Path(".venv"), extra.pins)

    def act() -> str:
        return next(filter(None, errors()), "")

    return outcome(act, "make the virtual environment")


if __name__ == "__main__":
    steady_streams()
    sys.exit(main(Path(sys.argv[1]), os.environ.get("MAKE_TYPED", "").split(), os.environ.get("FARM", "")))
