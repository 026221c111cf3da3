# SPDX-License-Identifier: Apache-2.0
"""The commit of a run, and the compiler that it names."""

import subprocess
from pathlib import Path

import pytest

from models.cxx import compiler
from regressions import provenance
from regressions.provenance import git_revision, tool_versions


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a file, a link to it, and a folder that is no part of it."""
    folder = tmp_path / "repository"
    (folder / "unpacked").mkdir(parents=True)
    (tmp_path / "link").symlink_to(folder)
    (folder / "file").write_text("text\n")
    for command in (
        ("init", "-q"),
        ("add", "file"),
        ("-c", "user.name=a", "-c", "user.email=b", "commit", "-qm", "c"),
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    monkeypatch.setattr(provenance, "ROOT", folder)
    return folder


def test_a_commit_is_that_of_the_project(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = git_revision()
    assert len(commit) == 40
    monkeypatch.setattr(provenance, "ROOT", tmp_path / "link")
    assert git_revision() == commit
    (repository / "file").write_text("changed\n")
    assert git_revision() == f"{commit}-dirty"


def test_a_copy_within_another_repository_has_no_commit(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "ROOT", repository / "unpacked")
    assert git_revision() == ""


def test_the_compiler_is_the_one_that_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine++"
    mine.write_text("#!/bin/sh\necho mine 7\n")
    mine.chmod(0o755)
    monkeypatch.setenv("CXX", str(mine))
    assert tool_versions("simulator")["c++"] == compiler().version == "mine 7"
    monkeypatch.setenv("CXX", "gone++")
    assert tool_versions("simulator")["c++"] == "not found"
