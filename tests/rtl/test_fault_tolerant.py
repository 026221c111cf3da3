# SPDX-License-Identifier: Apache-2.0
"""Faults in the rows of a fault-tolerant array, injected while the whole bench watches (contract A9)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tb.descriptor import load
from tb.paths import ROOT
from tests.bench.simulation import PlannedTest, simulate
from tests.rtl.injected_faults import ARRAY, FULL, SEEN, TILES

pytestmark = pytest.mark.sim

FOLDER = ROOT / "build" / "tests" / "fault_tolerant"
SEQUENCES = "tests/rtl/injected_faults.py"
TESTS = ("Upsets", "StalledUpsets", "OperandUpsets", "UncheckedUpsets", "Stuck", "Counted", "Cleared")
MOST = 3
"""Repeats of a tile."""
COMPARISON = "differ_o = check_i && differs != '0"

NO_ASSERTIONS = 'RTL_NO_ASSERTIONS = "1"'

Seen = dict[str, list[dict[str, Any]]]


def device(
    name: str,
    broken: str = COMPARISON,
    level: int = 1,
    file: str = "redmule_compare.sv",
    line: str = COMPARISON,
    *,
    assertions: bool = True,
) -> Path:
    """A small array with the mode, without a probe and with a wide bound: a repeat is no finding.

    In `file` stands `broken` instead of `line`.
    """
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    base = load("redmule_ft_4x12x3")
    sources = [str(source) for source in base.sources]
    place = next(i for i, source in enumerate(sources) if source.endswith(file))
    text = Path(sources[place]).read_text()
    assert text.count(line) == 1
    (folder / file).write_text(text.replace(line, broken))
    sources[place] = file
    waivers = [str(path) for path in base.waivers] + [str(ROOT / "tests" / "rtl" / "injected.vlt")]
    parameters = ", ".join(f"{key} = {value}" for key, value in {**ARRAY, "FT": level, "N_CORES": 8}.items())
    lines = [
        "schema = 1",
        f'name = "{name}"',
        'top = "redmule_top"',
        f"sources = {json.dumps(sources)}",
        f"includes = {json.dumps([str(path) for path in base.includes])}",
        f"waivers = {json.dumps(waivers)}",
        f"parameters = {{ {parameters} }}",
        f"defines = {{ {'' if assertions else NO_ASSERTIONS} }}",
        f"operations = {json.dumps([op.name for op in base.operations])}",
        f"formats = {json.dumps([fmt.name for fmt in base.formats])}",
        "mixed_formats = true",
        "fault_tolerant = true",
        'bound = { kind = "section8", factor = 6 }',
    ]
    path = folder / f"{name}.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def seen_on(folder: Path, descriptor: Path, tests: tuple[str, ...], sequences: str = SEQUENCES) -> Seen:
    """Results of the jobs of each test."""
    simulate(folder, [PlannedTest(name, f"{sequences}:{name}") for name in tests], device=str(descriptor))
    found: Seen = {name: [] for name in tests}
    for text in (folder / SEEN).read_text().splitlines():
        line = json.loads(text)
        found[line.pop("test")].append(line)
    return found


@pytest.fixture(scope="module", params=[1, FULL], ids=["data_path", "full"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """All tests in one simulation."""
    descriptor = device(f"fault_tolerant_{request.param}", level=request.param)
    return seen_on(tmp_path_factory.mktemp("faults"), descriptor, TESTS)


@pytest.mark.parametrize("name", ["Upsets", "StalledUpsets", "OperandUpsets"])
def test_an_upset_is_corrected(seen: Seen, name: str) -> None:
    assert [job["checkers"] for job in seen[name]] == [[]] * len(seen[name])
    assert {(job["uncorrected"], *job["told"]) for job in seen[name]} == {(0,)}
    repeats = [job["repeats"] for job in seen[name]]
    assert set(repeats) == {0, 1}
    assert sum(repeats) > len(repeats) / 4


def test_what_is_corrected_would_be_wrong_in_performance_mode(seen: Seen) -> None:
    jobs = seen["UncheckedUpsets"]
    assert {job["repeats"] for job in jobs} == {0}
    assert {checker for job in jobs for checker in job["checkers"]} == {"memory"}


def test_a_stuck_bit_is_told_after_three_repeats(seen: Seen) -> None:
    """The data on the port do not change while a request waits, the job ends, and its core is told."""
    for row, job in enumerate(seen["Stuck"]):
        stored = row < ARRAY["L"] // 2  # the rows of the upper half are compared alone
        assert job["checkers"] == (["memory"] if stored else []) + ["rule 9"]
        assert job["repeats"] == MOST * job["uncorrected"]
        assert 0 < job["uncorrected"] <= TILES
        assert job["told"] == [row] * job["uncorrected"]


def test_faults_are_counted(seen: Seen) -> None:
    assert [(job["checkers"], job["repeats"]) for job in seen["Counted"]] == [([], 1)] * 3


def test_a_clear_forgets_the_repeats(seen: Seen) -> None:
    """The cleared job leaves nothing wrong, and each tile of the next has three repeats of its own."""
    for job in seen["Cleared"]:
        assert job["checkers"] == ["rule 9"]
        assert job["repeats"] == MOST * job["uncorrected"] > 0


def test_a_comparator_that_finds_nothing_is_noticed(tmp_path: Path) -> None:
    """The proof of the first test: the same upsets go into memory."""
    blind = seen_on(tmp_path, device("blind", "differ_o = 1'b0 && check_i && differs != '0"), ("Upsets",))
    assert {job["repeats"] for job in blind["Upsets"]} == {0}
    assert {checker for job in blind["Upsets"] for checker in job["checkers"]} == {"memory"}
