# SPDX-License-Identifier: Apache-2.0
"""A campaign on model and bench: a defect is found by the tests of its file, in a copy that is put back."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from regressions.commands.mutants import mutants
from regressions.errors import UserError
from regressions.mutants import defects
from regressions.mutants.bench.operators import applied
from regressions.mutants.bench.target import BENCH, BenchTarget, proposals, watching
from regressions.mutants.operators import OPERATORS
from regressions.mutants.sweep import draw
from regressions.order import Order
from regressions.services import real_services
from tb.schema import SchemaError
from tests.mutants.campaign import campaign

DEFECTS = """
schema = 1
device = "bench"

[[defect]]
id = "words"
file = "models/diagnose.py"
line = "digits = 2 * fmt.itemsize"
replacement = "digits = 3 * fmt.itemsize"
about = "a code has too many digits"
seen_by = ["test_diagnose"]

[[defect]]
id = "unseen"
file = "models/diagnose.py"
line = 'from models.ops import Op'
replacement = 'from models.ops import Op  # nothing else'
about = "a comment"

[[defect]]
id = "endless"
file = "models/diagnose.py"
line = "digits = 2 * fmt.itemsize"
replacement = "digits = 2 * fmt.itemsize + sum(iter(int, 1))"
about = "it never ends"
"""


def test_a_defect_is_found_and_the_next_one_runs_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regressions.mutants.bench.target.NEIGHBOURS", ("tests/models/test_layout.py",))
    # One test that never ends is ended, long before all of them together would be.
    monkeypatch.setattr("regressions.mutants.bench.target._TEST_SECONDS", 3.0)
    monkeypatch.setattr("regressions.mutants.bench.target._START_SECONDS", 36000.0)
    code, output, build = campaign(tmp_path, "bench", DEFECTS)
    report = json.loads((build / "reports/mutants-bench-own/mutants.json").read_text())
    words, unseen, endless = report["defects"]
    assert (words["fate"], words["checkers"], words["complaint"]) == ("killed", ["test_diagnose"], "")
    assert (unseen["fate"], unseen["tests"]) == ("survived", [])
    assert words["cases"] <= unseen["cases"]
    assert unseen["complaint"].startswith("survived; add a test that finds it")
    assert code == 1
    assert "2 of 3 defects killed, 0 explained, 1 to look at" in output
    assert (endless["fate"], endless["checkers"]) == ("killed", ["time_limit"])


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("models/gem.py", "x", "no file 'models/gem.py' in models, tb/scoreboard"),
        ("models/gemm.py", "no such line", "no line reads 'no such line'"),
    ],
)
def test_a_defect_that_does_not_apply_is_refused(file: str, line: str, reason: str) -> None:
    entry = defects.Defect(id="a", file=file, line=line, replacement="y", about="nothing")
    target = BenchTarget(Order(processes=1), real_services(1), "bench")
    with pytest.raises(SchemaError, match=reason):
        target.place([entry])


@pytest.mark.parametrize("options", [{"kind": "xrand"}, {"job_list": Path("jobs.toml")}])
def test_kinds_of_build_and_jobs_are_not_for_the_bench(options: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="defects of bench run under tests of 'make test'"):
        BenchTarget(Order(**options), real_services(1), "bench")


def test_the_data_apply_and_each_file_is_watched() -> None:
    its = defects.read(defects.data_files("bench")[0])
    proposed = proposals(BENCH)
    drawn = [draw(proposed, seed, its.draw, its.reasons) for seed in (1, 2)]
    every = (*its.defects, *drawn[0], *drawn[1])
    for defect in every:
        applied(BENCH.files[defect.file].read_text(), defect.change)
    assert all(watching(file) for file in {defect.file for defect in every})
    for some in drawn:
        assert len({defect.id for defect in some}) == its.draw
        assert {defect.operator for defect in some} == set(OPERATORS)
    assert {defect.id for defect in drawn[0]} != {defect.id for defect in drawn[1]}
    for reason in its.reasons:
        each = (draw({reason.file: [one]}, 1, 1, [reason])[0] for one in proposed[reason.file])
        assert any(defect.reason for defect in each), reason.pattern


def test_the_command_takes_reasons_of_defects_that_are_drawn() -> None:
    with pytest.raises(UserError, match="unknown defect or module 'wrds'"):
        mutants(Order(dut="bench", tests="wrds"), real_services(1), Console(quiet=True))


def test_an_unknown_pattern_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unknown defect or module 'wrds'; did you mean 'words'"):
        campaign(tmp_path, "bench", DEFECTS, tests="wrds")
