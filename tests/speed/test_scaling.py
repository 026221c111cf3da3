# SPDX-License-Identifier: Apache-2.0
"""Exponents of how cycles, simulation and build grow, and the arrays they are fitted over."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.formats import Format
from models.ops import Op
from models.timing import tile_cycles
from regressions import cli
from regressions.simulators import get_simulator
from regressions.simulators.cache import build_once, build_seconds
from regressions.speed import accelerator, job_choice, scaling
from regressions.speed.scaling import ArrayRow, SizeRow, fit, fits
from tb.descriptor import load
from tests.runner.fake import services
from tests.speed.test_figures import measured

__all__ = ["measured"]


def test_an_exact_power_law_is_found_exactly() -> None:
    found = fit("cycles", "steps", {x: 3.0 * x**0.75 for x in (8, 64, 512, 4096)})
    assert (found.exponent, found.points, found.worst) == (0.75, 4, 1.0)


def test_the_worst_point_is_a_factor_and_no_matter_on_which_side() -> None:
    # The fit is the constant 2^(1/3); the middle point is off most.
    found = fit("y", "x", [(1, 1.0), (2, 2.0), (4, 1.0)])
    assert found.exponent == pytest.approx(0.0, abs=1e-3)
    assert found.worst == pytest.approx(2 ** (2 / 3), abs=1e-3)


@pytest.mark.parametrize("points", [[], [(4, 1.0)], [(4, 1.0), (4, 2.0)]])
def test_one_place_has_no_exponent(points: list[tuple[int, float]]) -> None:
    with pytest.raises(ValueError, match="an exponent of y needs two points at least"):
        fit("y", "x", points)


def test_fits_take_what_is_comparable() -> None:
    sizes = [SizeRow("a", size, size**3, 50 + size**3) for size in (1, 32, 64, 128)]
    arrays = [ArrayRow(f"{n}", n, 3, 96_000 // n, 1_000_000 // n, 2.0 * n) for n in (4, 48, 256)]
    arrays.append(ArrayRow("one register", 48, 1, 1, 1, None))  # a shorter pipeline is another array
    by_name = {(found.y, found.x): found for found in fits(sizes, arrays)}
    assert by_name["cycles, sizes from 32", "steps"].points == 3
    assert by_name["cycles, sizes from 32", "steps"].exponent == pytest.approx(1.0, abs=1e-3)
    assert by_name["cycles, all sizes", "steps"].exponent < 0.9
    assert by_name["cycles of 192^3", "elements"].exponent == pytest.approx(-1.0, abs=1e-2)
    assert by_name["seconds a cycle", "elements"].exponent == pytest.approx(1.0, abs=1e-2)
    assert by_name["build seconds", "elements"].exponent == pytest.approx(1.0, abs=1e-2)


def test_arrays_whose_build_was_not_timed_have_no_exponent_of_it() -> None:
    sizes = [SizeRow("a", size, size**3, size**3) for size in (32, 64)]
    arrays = [ArrayRow("x", n, 3, 100 // n, 100, None) for n in (4, 8)]
    assert "build seconds" not in {found.y for found in fits(sizes, arrays)}


def test_sizes_span_eight_decades_of_work_up_to_512() -> None:
    assert scaling.SIZES[-1] == 512
    assert scaling.SIZES[-1] ** 3 / scaling.SIZES[0] ** 3 > 1e8


def test_arrays_reach_16_by_16_and_have_whole_tiles_that_the_port_feeds() -> None:
    main = load("redmule")
    found = scaling.devices(main)
    assert len({device.name for device in found}) == len(found)
    assert {"redmule", "redmule_8x8x1", "redmule_16x16x3_dw512"} <= {device.name for device in found}
    assert max(device.instance.h * device.instance.l for device in found) == 256
    for at in scaling.ARRAYS:
        size = scaling.ARRAY_SIZE
        assert size % at.tile_rows == 0
        assert size % at.tile_cols == 0
        busy = size**3 // (at.h * at.l)
        assert tile_cycles(at, Op.GEMM, size, size, size, Format.FP16) == busy
        variant = scaling.variant(main, at)
        assert variant.parameters["H"] == variant.instance.h == at.h
        assert variant.bound(accelerator.scenarios([_cube(size)])[0].jobs[0]) > busy


def _cube(size: int) -> job_choice.MeasuredJob:
    return job_choice.MeasuredJob("scaling", Op.GEMM, Format.FP16, size, size, size)


def test_a_build_remembers_what_it_took_and_an_older_one_knows_nothing(tmp_path: Path) -> None:
    folder, cached = build_once(tmp_path, "name", "key", lambda _: None)
    assert not cached
    seconds = build_seconds(folder)
    assert seconds >= 0
    (folder / ".complete").write_text("")
    assert build_seconds(folder) is None


@pytest.mark.sim
def test_scaling_of_a_real_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = load("serial")
    monkeypatch.setattr(scaling, "SIZES", (1, 2, 4, 8))
    monkeypatch.setattr(scaling, "LARGE", 4)
    monkeypatch.setattr(scaling, "ARRAY_SIZE", 4)
    monkeypatch.setattr(scaling, "devices", lambda _: [device])
    monkeypatch.setattr(scaling, "fits", lambda *_: [])
    lines: list[str] = []
    measured = scaling.measure(device, get_simulator(), tmp_path, lines.append)
    assert [row["work"] for row in measured["sizes"]] == [1, 8, 64, 512]
    assert [row["cycles"] for row in measured["sizes"]] == [3 + 5 * n * n + 2 * n**3 for n in (1, 2, 4, 8)]
    assert measured["arrays"][0]["cycles"] == measured["sizes"][2]["cycles"]
    assert measured["arrays"][0]["cycles_per_second"] > 0
    assert len(lines) == 2
    assert measured["fits"] == []


@pytest.mark.usefixtures("measured")
def test_scaling_is_kept_until_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part: dict[str, Any] = {"sizes": [], "arrays": [], "fits": [{"y": "cycles", "exponent": 1.0}]}
    asked: list[str] = []

    def measure(device: Any, *_: Any) -> dict[str, Any]:
        asked.append(device.name)
        return part

    monkeypatch.setattr(scaling, "measure", measure)
    common = ["bench", "--dut", "serial", "--build", str(tmp_path)]
    path = tmp_path / "reports" / "bench.json"
    assert cli.main(common, services()) == 0
    assert "scaling" not in json.loads(path.read_text())
    assert cli.main([*common, "--scaling"], services()) == 0
    written = json.loads(path.read_text())["scaling"]
    assert written["fits"] == part["fits"]
    assert "git" in written
    assert cli.main(common, services()) == 0
    assert json.loads(path.read_text())["scaling"] == written
    assert asked == ["serial"]
