# SPDX-License-Identifier: Apache-2.0
"""An interrupted campaign keeps what it finished, and the same command goes on from there."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from regressions import kinds
from regressions.mutants.defects import Defect
from regressions.mutants.finished import FILE, Finished
from regressions.mutants.outcome import DefectResult, Fate
from regressions.mutants.simulations import Simulations
from tests.mutants.campaign import campaign
from tests.mutants.test_campaign import DATA, NAMES, AdderKind, AdderTarget

TRIED = ["control", "kept", "quick", "slow"]


class Interruption:
    """Runs of the target, and the defect at which the user stops it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.at = ""

    def of(self, name: str) -> None:
        """Note a run; raise where the user stops it."""
        if name == self.at:
            raise KeyboardInterrupt
        self.done.append(name)


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> Iterator[Interruption]:
    user = Interruption()
    control, examine = AdderTarget.control, AdderTarget.examine

    async def watched_control(self: AdderTarget, simulations: Simulations) -> tuple[str, int]:
        user.of("control")
        return await control(self, simulations)

    async def watched(
        self: AdderTarget, number: int, defect: Defect, simulations: Simulations
    ) -> DefectResult:
        folder = simulations.make_folder(defect.id)
        result = await examine(self, number, defect, simulations)
        user.of(defect.id)
        (folder / "sim.log").touch()
        return result

    monkeypatch.setattr(AdderTarget, "control", watched_control)
    monkeypatch.setattr(AdderTarget, "examine", watched)
    monkeypatch.setitem(kinds.KINDS, "adder", f"{AdderKind.__module__}:AdderKind")
    return user


def interrupted(user: Interruption, folder: Path, at: str) -> None:
    """A campaign that is stopped at a defect."""
    user.at = at
    with pytest.raises(KeyboardInterrupt):
        campaign(folder, "adder", DATA)
    user.at, user.done = "", []


def test_what_was_finished_is_taken_over(tmp_path: Path, user: Interruption) -> None:
    interrupted(user, tmp_path, "slow")
    code, output, build = campaign(tmp_path, "adder", DATA)
    assert user.done == ["control", "slow"]
    assert "3 of these were finished when it was interrupted, and are taken over" in output
    report = json.loads((build / "reports/mutants-adder-own/mutants.json").read_text())
    assert [entry["id"] for entry in report["defects"]] == list(NAMES)
    assert [entry["fate"] for entry in report["defects"]] == ["killed", "invalid", "killed", "survived"]
    assert code == 1
    assert len(list((build / "runs").iterdir())) == 1
    assert sorted(log.parent.name for log in (build / "runs").rglob("sim.log")) == ["kept", "quick", "slow"]


def test_a_second_interruption_loses_nothing_either(tmp_path: Path, user: Interruption) -> None:
    interrupted(user, tmp_path, "kept")
    interrupted(user, tmp_path, "slow")
    campaign(tmp_path, "adder", DATA)
    assert user.done == ["control", "slow"]


def test_a_command_that_came_to_its_end_begins_anew(tmp_path: Path, user: Interruption) -> None:
    campaign(tmp_path, "adder", DATA)
    user.done = []
    _, output, _ = campaign(tmp_path, "adder", DATA)
    assert sorted(user.done) == TRIED
    assert "taken over" not in output


@pytest.mark.parametrize("change", ["defect", "selection", "source"])
def test_other_inputs_begin_anew(tmp_path: Path, user: Interruption, change: str) -> None:
    interrupted(user, tmp_path, "slow")
    if change == "source":
        before = AdderTarget.__init__

        def other(self: AdderTarget, *args: object) -> None:
            before(self, *args)
            source = self.device.sources[0]
            source.write_text(source.read_text() + "// another\n")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(AdderTarget, "__init__", other)
            campaign(tmp_path, "adder", DATA)
    elif change == "defect":
        campaign(tmp_path, "adder", DATA.replace("slow = a - b", "slow = a"))
    else:
        campaign(tmp_path, "adder", DATA, tests="slow,kept,quick")
    assert sorted(user.done) == TRIED


def test_a_campaign_that_was_done_before_the_interruption_is_taken_over_whole(
    tmp_path: Path, user: Interruption, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:  # another campaign of the same command is stopped
        patch.setattr("regressions.commands.mutants.FILE", "left")
        with pytest.raises(FileNotFoundError):
            campaign(tmp_path, "adder", DATA)
    user.done = []
    code, output, build = campaign(tmp_path, "adder", DATA)
    assert (user.done, code) == ([], 1)
    assert "2 of 4 defects killed, 1 explained, 1 to look at" in output
    report = json.loads((build / "reports/mutants-adder-own/mutants.json").read_text())
    assert report["sums"] == 10


def finished(runs: Path) -> Finished:
    """A campaign with certain inputs."""
    return Finished.begin(runs, "some", 1, "inputs")


def test_a_line_that_was_cut_short_is_lost_alone(tmp_path: Path) -> None:
    defect = Defect(id="a", file="a.sv", line="x", replacement="y", about="nothing")
    first = finished(tmp_path)
    first.control(3)
    first.add(DefectResult(defect, 1, Fate.KILLED, ("memory",), "t", 2, "why", 0.5, ("t",)))
    first.add(DefectResult(defect, 2, Fate.SURVIVED))
    first.close()
    path = next(tmp_path.glob(f"*/{FILE}"))
    path.write_bytes(path.read_bytes()[:-9])
    second = finished(tmp_path)
    assert (second.amount, [result.number for result in second.results]) == (3, [1])
    second.add(DefectResult(defect, 3, Fate.SURVIVED))
    expected = second.results
    second.close()
    third = finished(tmp_path)
    assert third.results == expected
    assert third.results[0].checkers == ("memory",)


def test_a_campaign_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    first = finished(tmp_path)
    second = finished(tmp_path)
    assert first.folder != second.folder
    assert not second.results
