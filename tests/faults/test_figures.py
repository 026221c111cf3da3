# SPDX-License-Identifier: Apache-2.0
"""Figures, slices and the report's section of a made-up map, and what the command refuses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from msgspec import to_builtins

from regressions import cli
from regressions.errors import UserError
from regressions.faults.figures import avf, failures, measure
from regressions.faults.injection import FaultMap
from regressions.faults.store import load, merge, save
from regressions.json_file import write_json
from regressions.pages import templates
from regressions.report import faults as faults_section
from regressions.report.faults import fault_section
from tests.faults.made_map import SETTING, made_map


@pytest.fixture
def faults() -> FaultMap:
    return made_map()


def test_figures_count_each_fault_once(faults: FaultMap) -> None:
    figures = measure(faults, "redmule", "4x12x3", "gemm", "upset", "abc")
    assert figures.outcomes == {"masked": 39, "wrong result": 8, "hang": 17}
    assert (figures.faults, figures.bits, figures.cycles) == (64, 4, 16)
    counter, element = figures.structures
    assert (counter.module, counter.bits, avf(counter.outcomes)) == ("some_counter", 2, 17 / 32)
    assert element.phases == [0.5] * 4 + [0] * 4
    assert [(each.name, failures(each.outcomes)) for each in figures.registers] == [
        ("count_q", 17),
        ("acc_q", 8),
    ]
    assert figures.hangs == {"soft clear": 16, "reset": 1, "neither": 0}
    assert figures.wrong is not None
    assert (figures.wrong.elements, figures.wrong.errors) == ((3, 3), (0, 1, 0, 0))
    assert [(each.row, each.column, each.avf) for each in figures.elements] == [(0, 0, 0.5), (0, 1, 0)]


def test_slices_make_the_whole(faults: FaultMap, tmp_path: Path) -> None:
    parts = []
    for number, chosen in enumerate(([0, 2], [1, 3])):
        parts.append(tmp_path / f"{number}.npz")
        part = replace(faults, chosen=np.array(chosen), table=faults.table[:, chosen])
        save(parts[-1], SETTING, part)
    setting, whole = merge(parts)
    assert setting == SETTING
    assert np.array_equal(whole.table, faults.table)
    assert (whole.variables, whole.seconds, whole.end) == (faults.variables, 4.0, 15)
    for wrong in (parts[:1], [*parts, parts[0]]):
        with pytest.raises(UserError, match="name each slice once"):
            merge(wrong)
    save(parts[1], replace(SETTING, job="pair"), faults)
    with pytest.raises(UserError, match="several maps"):
        merge(parts)
    parts[1].write_text("nothing")
    with pytest.raises(UserError, match="is no slice"):
        load(parts[1])


def test_the_report_shows_what_to_harden(faults: FaultMap, tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    assert fault_section(file) is None
    write_json(file, to_builtins(measure(faults, "redmule", "4x12x3", "gemm", "upset", "abc")))
    section = fault_section(file)
    assert section is not None
    first, second = section.hardened
    assert (first.register, first.bits, first.share) == ("some_counter.count_q", 2, 17 / 25)
    assert second.together == pytest.approx(1)
    over_time, array = section.maps
    assert over_time.cells["1", "ce"].text == "50"
    assert (array.rows, array.columns) == (["0"], ["0", "1"])
    environment = templates(Path(faults_section.__file__).parent, thousands=str)
    page = environment.get_template("faults.html.j2").render(faults=section, run=SETTING)
    assert "some_counter.count_q" in page
    assert page.count("<svg") == 2
    assert "after the hangs a soft clear was enough 16 times" in page
    file.write_text("{}")
    assert fault_section(file) is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--name", "gem"], "NAME: gem is none of gemm,"),
        (["--kind", "fast"], "KIND=fast: choose upset,"),
        (["--dut", "cluster_2"], "accelerators alone"),
        (["--runs", "nothing.npz"], "nothing.npz is no slice"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["faults", *options, "--build", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_the_command_makes_figures_of_slices(
    faults: FaultMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "all.npz", SETTING, faults)
    assert cli.main(["faults", "--runs", str(tmp_path / "all.npz"), "--build", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "4 bits x 16 cycles: 64 faults" in said
    assert "after a hang it takes: soft clear 16, reset 1" in said
    assert [line.split() for line in said.splitlines() if line.startswith("some_counter.count_q")] == [
        ["some_counter.count_q", "2", "53.1%", "68.0%", "68.0%"]
    ]
    assert fault_section(tmp_path / "reports" / "faults.json") is not None


def test_slices_of_a_device_elsewhere_need_its_path(
    faults: FaultMap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    device = "regressions/faults/devices/redmule_full_4x4x1.toml"
    save(tmp_path / "all.npz", replace(SETTING, device=Path(device).stem), faults)
    asked = ["faults", "--runs", str(tmp_path / "all.npz"), "--build", str(tmp_path)]
    assert cli.main(asked) == 2
    assert Path(device).stem in capsys.readouterr().err
    assert cli.main([*asked, "--dut", device]) == 0
    assert f"{Path(device).stem}, 4x4x1" in capsys.readouterr().out
