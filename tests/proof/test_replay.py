# SPDX-License-Identifier: Apache-2.0
"""A defect's trace breaks an assertion in simulation too, and none of the right module."""

from pathlib import Path

import pytest

from regressions.mutants.defects import load
from regressions.proof.answer import Answer
from regressions.proof.defects import DefectFate, judge, with_defect
from regressions.proof.engine import check
from regressions.proof.model import build
from regressions.proof.replay import replay
from regressions.proof.target import ProvenModule, load_targets
from regressions.simulators import get_simulator
from tests.extras import extra

DEFECTS = {defect.id: defect for defect in load("redmule")}
TARGETS = {target.module: target for target in load_targets()}


def _target(name: str) -> ProvenModule:
    return TARGETS[DEFECTS[name].module]


@pytest.mark.sim
def test_a_trace_breaks_an_assertion_in_simulation(tmp_path: Path) -> None:
    target = _target("banks-init")
    changed = with_defect(target, DEFECTS["banks-init"], tmp_path)
    model = build(target, extra(), tmp_path, changed=changed)
    result = check(model, "empty_after_init", extra(), 10)
    assert result.answer is Answer.REFUTED
    broken = replay(target, result.trace, model.widths, get_simulator(), tmp_path / "broken.log", changed)
    assert "Assertion failed in replay.i_module" in broken  # of its properties, the first that fails ends it
    right = replay(target, result.trace, model.widths, get_simulator(), tmp_path / "right.log")
    assert "every assertion held" in right


@pytest.mark.parametrize("name", ["banks-take", "banks-init", "tile-queue-full", "control-clear"])
def test_a_defect_is_refuted_by_a_property(name: str, tmp_path: Path) -> None:
    found = judge(_target(name), DEFECTS[name], extra(), tmp_path)
    assert (found.fate, found.result is not None) == (DefectFate.REFUTED, True)


def test_what_no_property_sees_differs_from_the_right_module(tmp_path: Path) -> None:
    """The event of a barrier stays when all have come: no property says when it goes."""
    defect = next(each for each in load("cluster") if each.id == "event-barrier-stays")
    found = judge(TARGETS[defect.module], defect, extra(), tmp_path)
    assert found.fate is DefectFate.DIFFERS
    assert found.result is not None
    assert found.result.trace


def test_what_changes_nothing_is_equivalent(tmp_path: Path) -> None:
    defect = DEFECTS["control-clear"]
    same = type(defect)(
        defect.id, defect.file, defect.line, defect.line.replace("clear_i", "!(!clear_i)"), "the same"
    )
    found = judge(_target("control-clear"), same, extra(), tmp_path)
    assert found.fate is DefectFate.EQUIVALENT
