# SPDX-License-Identifier: Apache-2.0
"""Where things are kept between runs, also with a checkout that cannot be written."""

import os
from pathlib import Path

import pytest

from models import places
from models.places import cache_folder, kept_folder, settle
from tb.errors import UserError
from tb.registers.made import made_once, registers_folder
from tests.runner.harness import Runner


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that nobody may write, root neither."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    allowed = os.access
    monkeypatch.setenv(places.VARIABLE, "")
    monkeypatch.setattr(places, "_USUAL", folder / "build")
    monkeypatch.setattr(
        places.os, "access", lambda path, mode: path not in (folder, folder / "build") and allowed(path, mode)
    )
    return folder


def test_things_are_kept_elsewhere_if_a_checkout_cannot_be_written(checkout: Path, tmp_path: Path) -> None:
    assert kept_folder() == checkout / "build"
    settle(tmp_path / "out")
    assert cache_folder() == tmp_path / "out" / "cache"
    assert registers_folder() == tmp_path / "out" / "registers"
    assert os.environ[places.VARIABLE] == str(tmp_path / "out"), "processes of the run find it too"


def test_a_checkout_that_can_be_written_keeps_them_for_all_folders_of_runs(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places.os, "access", lambda *_: True)
    settle(tmp_path / "out")
    assert kept_folder() == checkout / "build"


def test_a_folder_that_cannot_be_written_is_a_line_for_people(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "file"))
    with pytest.raises(UserError, match=r"cannot write generated files below .*; name another .* BUILD="):
        made_once(registers_folder() / "digest", lambda _: None)


@pytest.mark.parametrize("character", ['"', "$", "\n"])
def test_a_folder_that_the_simulator_cannot_read_is_a_line(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, character: str
) -> None:
    runner.tests(good={})
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / f"odd{character}folder"))
    assert runner("list") == 2
    assert f"the simulator reads no path with {character!r}: rename or move" in runner.err
    assert runner.err.count("\n") == 1


def test_a_command_settles_where_to_keep_things(runner: Runner, checkout: Path) -> None:
    runner.tests(good={})
    assert runner("run", "--test", "good") == 0
    assert kept_folder() == runner.build
    assert not list(checkout.iterdir())
