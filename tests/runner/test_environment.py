# SPDX-License-Identifier: Apache-2.0
"""The virtual environment, the Makefile around it, and the script of continuous integration."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import DEVNULL
from zipfile import ZipFile

import pytest

from regressions import environment
from regressions.paths import ROOT


def _folder(tmp_path: Path) -> Path:
    """A stand-in for an environment: the running Python behind another path."""
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return tmp_path / "env"


def _requirements(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(text)
    return path


def test_an_environment_that_satisfies_needs_no_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_install", lambda *_: pytest.fail("nothing has to be installed"))
    folder = _folder(tmp_path)
    pinned = (ROOT / "requirements.txt").read_text()
    requirements = _requirements(tmp_path, "# a comment\n" + pinned)
    assert environment.prepare(folder, own=True, requirements=requirements) == ""
    stamp = (folder / ".requirements.sha256").read_text()
    # Nothing is looked at again while the requirements stay the same, and everything once they change.
    monkeypatch.setattr(environment, "lacks", lambda *_: pytest.fail("the stamp says enough"))
    assert environment.prepare(folder, own=True, requirements=requirements) == ""
    monkeypatch.setattr(environment, "lacks", lambda *_: "")
    requirements.write_text(pinned)
    assert environment.prepare(folder, own=True, requirements=requirements) == ""
    assert (folder / ".requirements.sha256").read_text() != stamp


def test_another_environment_is_checked_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_install", lambda *_: pytest.fail("it is not ours to change"))
    folder = _folder(tmp_path)
    error = environment.prepare(
        folder, own=False, requirements=_requirements(tmp_path, "numpy==1.0\ngone==2\n")
    )
    assert "it lacks numpy 1.0 (" in error
    assert "gone 2 (missing)" in error
    assert f"VENV={folder} cannot be used" in error
    assert not (folder / ".requirements.sha256").exists()
    error = environment.prepare(tmp_path / "none", own=False)
    assert "there is no bin/python in it" in error


def test_a_failed_installation_is_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    folder = _folder(tmp_path)
    requirements = _requirements(tmp_path, f"no-such-package==1.0 --hash=sha256:{64 * '0'}\n")
    assert "pip could not install" in environment.prepare(folder, own=True, requirements=requirements)
    assert not (folder / ".requirements.sha256").exists()


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of nothing but its name, which a mirror serves as the only one."""
    path = tmp_path / "tiny_part-1.0-py3-none-any.whl"
    about = {"METADATA": "Metadata-Version: 2.1\nName: tiny-part\nVersion: 1.0\n", "RECORD": ""}
    with ZipFile(path, "w") as file:
        for name, text in {**about, "WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n"}.items():
            file.writestr(f"tiny_part-1.0.dist-info/{name}", text)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return path


def test_only_files_with_a_pinned_hash_are_installed(
    tmp_path: Path, wheel: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    folder = tmp_path / "env"
    requirements = _requirements(tmp_path, f"tiny-part==1.0 \\\n    --hash=sha256:{64 * '0'}\n")
    error = environment.prepare(folder, own=True, requirements=requirements)
    assert error.startswith(f"{wheel.name} has none of the hashes in requirements.txt and was not installed")
    assert "pip cache purge" in error
    assert "\n" not in error
    assert "HASHES" not in capfd.readouterr().err
    assert not (folder / ".requirements.sha256").exists()
    _requirements(
        tmp_path,
        f"tiny-part==1.0 \\\n    --hash=sha256:{64 * '0'} \\\n    --hash=sha256:{digest}\n    # via -r it\n",
    )
    assert environment.prepare(folder, own=True, requirements=requirements) == ""
    assert environment.lacks(folder / "bin" / "python", requirements) == ""


@pytest.mark.usefixtures("wheel")
def test_a_package_without_a_hash_is_not_installed(tmp_path: Path) -> None:
    requirements = _requirements(tmp_path, "tiny-part==1.0\n")
    assert "pip could not install" in environment.prepare(
        _folder(tmp_path), own=True, requirements=requirements
    )


def test_an_environment_is_not_made_where_python_would_not_find_it(tmp_path: Path) -> None:
    requirements = _requirements(tmp_path, "gone==1\n")
    (tmp_path / "co:lon").mkdir()
    error = environment.prepare(tmp_path / "co:lon" / "env", own=True, requirements=requirements)
    assert error == "Python makes no environment in a path with ':': name another one by VENV="


def test_an_environment_in_a_checkout_that_cannot_be_written_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = _requirements(tmp_path, "gone==1\n")
    monkeypatch.setattr(environment.os, "access", lambda *_: False)
    error = environment.prepare(tmp_path / "env", own=True, requirements=requirements)
    assert error == f"{tmp_path} cannot be written: name an environment elsewhere by VENV="


def test_a_checkout_that_the_simulator_cannot_read_gets_no_environment(tmp_path: Path) -> None:
    checkout = tmp_path / 'dol$lar "quoted"'
    needed = ("__init__", "environment", "extras", "streams")
    for name in (*(f"regressions/{module}.py" for module in needed), "models/places.py"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, checkout / name)
    command = [sys.executable, "-m", "regressions.environment", ".venv"]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: the simulator reads no path with")
    assert not (checkout / ".venv").exists()


def test_a_python_without_venv_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _: None)
    error = environment.prepare(tmp_path / "new", own=True, requirements=_requirements(tmp_path, "gone==1\n"))
    assert "install the Debian package python3-venv" in error


def _make(*arguments: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    command = [*before, "make", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=DEVNULL)


@pytest.mark.parametrize(
    "variable", ["PYTHONHOME=/nowhere", "PYTHONSAFEPATH=1", "PYTHONINSPECT=1", "PYTHONWARNINGS=error"]
)
def test_settings_of_other_programs_of_python_do_no_harm(tmp_path: Path, variable: str) -> None:
    folder = _folder(tmp_path)
    done = _make("env", f"VENV={folder}", before=["env", variable])
    assert (done.returncode, done.stderr) == (0, "")


def test_a_missing_python_is_one_line() -> None:
    done = _make("list", "PYTHON=python-that-is-not-there")
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "error: python-that-is-not-there not found; "
        "install the Debian package python3, or name one with PYTHON="
    )


@pytest.mark.parametrize(("code", "why"), [(3, "is older than Python 3.11"), (1, "does not start")])
def test_a_python_of_no_use_is_one_line(tmp_path: Path, code: int, why: str) -> None:
    python = tmp_path / "a 'python'"
    python.write_text(f"#!/bin/sh\nexit {code}\n")
    python.chmod(0o755)
    done = _make("list", f"PYTHON={python}")
    assert done.stderr.splitlines()[0] == (
        f"error: {python} {why}; install Python 3.11 or newer, or name one with PYTHON="
    )


STEPS = ["env FARM=local:2 SQL=1", "lint", "regressions TIER=smoke", "test"]


@pytest.mark.parametrize("failing", ["", "lint", "regressions", "test"])
def test_every_step_runs_and_each_may_fail_the_run(tmp_path: Path, failing: str) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    programs = tmp_path / "bin"
    programs.mkdir()
    make = f'#!/bin/sh\necho "$@" >> {tmp_path}/steps\n[ "$1" != "{failing}" ]\n'
    for name, text in (("make", make), ("apt-get", "#!/bin/sh\n"), ("sudo", "#!/bin/sh\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash", ".ci/run"], cwd=tmp_path, env=os.environ | {"PATH": path}, check=False)
    assert (tmp_path / "steps").read_text().splitlines() == STEPS
    assert (done.returncode != 0) == bool(failing)
