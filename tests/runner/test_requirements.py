# SPDX-License-Identifier: Apache-2.0
"""The pinned packages, and the command that writes them."""

import re
import sys
from pathlib import Path

import pytest

from regressions import environment, requirements
from regressions.extras import EXTRAS
from regressions.paths import ROOT

PINS = (ROOT / "requirements.txt").read_text()


def _packages(text: str) -> dict[str, str]:
    """The part of a generated file that is about a package, by its name."""
    return dict(re.findall(r"^([a-z0-9-]+)==(.*(?:\n[ ]+.*)*)", text, re.MULTILINE))


def test_what_is_pinned_is_what_the_short_list_asks_for() -> None:
    listed = {
        line.split("#")[0].strip()
        for line in (ROOT / "requirements.in").read_text().splitlines()
        if line.split("#")[0].strip()
    }
    direct = {name for name, about in _packages(PINS).items() if "-r requirements.in" in about}
    assert direct == listed, "requirements.txt is not up to date: make requirements"


def test_each_file_of_an_extra_is_one_that_is_known() -> None:
    assert {path.name for path in ROOT.glob("requirements-*.in")} == {extra.source for extra in EXTRAS}


@pytest.mark.parametrize(
    "file",
    ["requirements.txt", *(extra.pins.name for extra in EXTRAS), "requirements-uv.txt"],
)
def test_every_package_has_an_exact_version_and_hashes_and_no_place(file: str) -> None:
    text = (ROOT / file).read_text()
    packages = _packages(text)
    assert packages
    for name, about in packages.items():
        assert re.match(r"[0-9][0-9a-z.]* \\\n", about), name  # on all machines: no condition behind it
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", about), name
    assert not re.search(r"://|^-|\w@", text, re.MULTILINE)


def test_an_unknown_package_to_upgrade_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert environment.outcome(lambda: requirements.write(["numpy", "Numyp"]), "write them") == 2
    assert capsys.readouterr().err == (
        "error: UPGRADE: numyp is not in requirements.txt; a new package goes into requirements.in\n"
    )


def _uv(root: Path, script: str) -> None:
    """A stand-in for uv in the environment that the command makes for it."""
    folder = root / "build" / "uv" / "bin"
    folder.mkdir(parents=True)
    for name, text in (("uv", script), ("python", f'exec {sys.executable} "$@"\n')):
        (folder / name).write_text("#!/bin/sh\n" + text)
        (folder / name).chmod(0o755)
    (root / "requirements.txt").write_text("numpy==1.0 \\\n    --hash=sha256:00\n")
    (root / "requirements-uv.txt").write_text("uv==1.0 \\\n    --hash=sha256:00\n")


def test_uv_is_told_upgrades_and_the_index_of_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _uv(tmp_path, 'for last; do true; done\necho "# $UV_DEFAULT_INDEX $@" > "$last"\n')
    monkeypatch.setattr(requirements, "prepare", lambda *_, **__: "")
    monkeypatch.setenv("PIP_INDEX_URL", "file:///mirror")
    assert requirements.write(["numpy"], tmp_path) == ""
    spdx, given = (tmp_path / "requirements.txt").read_text().splitlines()
    assert spdx == "# SPDX-License-Identifier: Apache-2.0"
    assert given.startswith("# file:///mirror pip compile")
    assert "--generate-hashes" in given
    assert "--upgrade-package=numpy" in given
    (tmp_path / "requirements.txt").write_text("numpy==1.0\n")
    (tmp_path / "requirements-uv.txt").write_text("uv==1.0\n")
    assert requirements.write(["all"], tmp_path) == ""
    assert " --upgrade " in (tmp_path / "requirements-uv.txt").read_text()


def test_a_failure_of_uv_leaves_the_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _uv(tmp_path, "exit 1\n")
    monkeypatch.setattr(requirements, "prepare", lambda *_, **__: "")
    before = (tmp_path / "requirements.txt").read_text()
    assert requirements.write([], tmp_path).startswith(
        "uv could not make requirements.txt, which is as it was"
    )
    assert (tmp_path / "requirements.txt").read_text() == before


def test_the_environment_of_uv_fails_as_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_install", lambda *_: "no network")
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "requirements-uv.txt").write_text("uv==0.0.1\n")
    assert requirements.write([], tmp_path) == "no network"
