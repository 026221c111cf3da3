# SPDX-License-Identifier: Apache-2.0
"""Proofs can fail: wrong statements are refuted, contradictions and unknown assumptions are reported."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from msgspec import to_builtins

from regressions.errors import UserError
from regressions.json_file import write_json
from regressions.proof.answer import Answer, PropertyResult
from regressions.proof.engine import PROPERTY_ENGINES, DecisionEngine, check
from regressions.proof.figures import ProofFigures, assumption_rows, instances, module_row
from regressions.proof.model import TransitionSystem, build
from regressions.proof.runner import ModuleResult, Prover, assumptions
from regressions.proof.structure import Apart, separate
from regressions.proof.target import ProvenModule, load_targets
from regressions.report.proof import proof_section
from regressions.yosys.reading import Reading
from tests.extras import extra

SOURCE = Path(__file__).with_name("counting.sv")


@pytest.fixture(autouse=True)
def _counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sources of target `counting` are this folder's."""

    def reading(target: ProvenModule, changed: Mapping[str, Path] | None = None) -> Reading:
        del target
        return Reading(((changed or {}).get(SOURCE.name, SOURCE),))

    monkeypatch.setattr("regressions.proof.model.reading_of", reading)
    monkeypatch.setattr("regressions.proof.runner.reading_of", reading)


def _prove(folder: Path, *assume: str, changed: Path | None = None) -> dict[str, PropertyResult]:
    prover = Prover(extra(), folder, 1, limit=10)
    replaced = {SOURCE.name: changed} if changed else None
    return {
        each.label: each for each in prover.prove(ProvenModule("counting", assume=assume), replaced).results
    }


def test_statements_are_proven_or_refuted(tmp_path: Path) -> None:
    results = _prove(tmp_path, "one_at_a_time")
    answers = {label: result.answer for label, result in results.items()}
    assert answers == {
        "no_step": Answer.PROVEN,
        "in_range": Answer.PROVEN,
        "held": Answer.PROVEN,
        "below_ten": Answer.REFUTED,
        "always_set": Answer.REFUTED,
    }


def test_what_has_no_driver_has_any_value(tmp_path: Path) -> None:
    changed = tmp_path / SOURCE.name
    text = SOURCE.read_text().replace("  logic       never_q;", "  logic       never_q, watch;")
    changed.write_text(text.replace("never_q <= never_q;", "never_q <= never_q || (step_i && watch);"))
    text = changed.read_text().replace("always_set: assert (never_q);", "never_set: assert (!never_q);")
    changed.write_text(text)
    assert _prove(tmp_path, changed=changed)["never_set"].answer is Answer.REFUTED


def test_a_trace_leads_to_the_violation(tmp_path: Path) -> None:
    trace = _prove(tmp_path, "one_at_a_time")["below_ten"].trace
    count = 0
    counts: list[int] = []
    for cycle in trace:
        counts.append(count)
        assert not (cycle["rst_ni"] and cycle["twice_i"]) or cycle is trace[-1]
        count = 0 if not cycle["rst_ni"] else count + cycle["step_i"]
    assert trace[0]["rst_ni"] == 0
    assert max(counts) >= 10


def test_without_the_assumption_it_is_refuted(tmp_path: Path) -> None:
    results = _prove(tmp_path)
    assert results["in_range"].answer is Answer.REFUTED
    assert results["one_at_a_time"].answer is Answer.REFUTED


def test_a_deliberate_defect_is_refuted(tmp_path: Path) -> None:
    defect = tmp_path / "defect.sv"
    defect.write_text(SOURCE.read_text().replace("count_q == 8'd200", "count_q == 8'd201"))
    assert _prove(tmp_path, "one_at_a_time", changed=defect)["in_range"].answer is Answer.REFUTED


def test_an_induction_needs_its_first_cycles(tmp_path: Path) -> None:
    engines = [each for each in PROPERTY_ENGINES if each.name == "induction"]
    model = build(ProvenModule("counting", assume=("one_at_a_time",)), extra(), tmp_path)
    assert check(model, "always_set", extra(), 10, engines).answer is not Answer.PROVEN
    assert check(model, "held", extra(), 10, engines).answer is Answer.PROVEN


def test_what_nothing_decides_in_time_is_undecided(tmp_path: Path) -> None:
    engines = [DecisionEngine("pdr", ("pdr -F 1",), 1.0)]
    model = build(ProvenModule("counting", assume=("one_at_a_time",)), extra(), tmp_path)
    assert check(model, "below_ten", extra(), 2, engines).answer is Answer.UNDECIDED


def test_an_assumption_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no assertion of it"):
        _prove(tmp_path, "no_such_label")


def test_assumptions_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no cycle fulfils"):
        _prove(tmp_path, "always_set")


def _separate(folder: Path, outputs: str, inputs: str) -> Answer:
    apart = Apart("apart", (outputs,), (inputs,))
    return separate("counting", {}, Reading((SOURCE,)), apart, extra(), folder).answer


def test_outputs_are_apart_from_inputs_behind_a_register_alone(tmp_path: Path) -> None:
    assert _separate(tmp_path, "count_o", "step_i") is Answer.PROVEN
    assert _separate(tmp_path, "next_o", "step_i") is Answer.REFUTED
    assert _separate(tmp_path, "next_o", "rst_ni") is Answer.PROVEN
    with pytest.raises(UserError, match="'stop_i' of apart"):
        _separate(tmp_path, "next_o", "stop_i")


def test_an_abstraction_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        ProvenModule("counting", free=("t:$mul",))


LABEL = re.compile(r"^ +([a-z]\w*): assert", re.MULTILINE)
GUARDED = re.compile(r"^`ifndef RTL_NO_ASSERTIONS\n(.*?)^`endif", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("target", load_targets(), ids=lambda target: target.module)
def test_each_assumption_is_an_assertion_that_simulations_check(target: ProvenModule) -> None:
    folder = Path("rtl") / target.module.partition("_")[0]
    sources = {path.stem: path.read_text() for path in folder.glob("*.sv")}
    inside = {
        module for module, names in instances().items() for name in names if name in sources[target.module]
    }
    labels: set[str] = set()
    for module in {target.module} | inside & sources.keys():
        guarded = GUARDED.search(sources[module])
        labels |= set(LABEL.findall(guarded[1])) if guarded else set()
    for assumed in target.assume:
        assert assumed.rpartition(".")[2].lstrip("*") in labels, assumed


def _result(module: str, assume: Sequence[str], **answers: Answer) -> ModuleResult:
    results = [
        PropertyResult(label.replace("__", "."), answer, "pdr", 0.1) for label, answer in answers.items()
    ]
    return ModuleResult(ProvenModule(module, assume=tuple(assume)), 1, results)


@pytest.mark.parametrize(
    "target", [each for each in load_targets() if each.bound], ids=lambda target: target.module
)
def test_what_properties_assume_of_an_abstraction_stands_in_its_reason(target: ProvenModule) -> None:
    assert target.bound is not None
    for label in re.findall(r"(\w+): assume\b", target.bound.read_text()):
        assert f"({label})" in target.about


def test_an_assumption_is_proven_where_all_its_instances_are() -> None:
    walker = _result("walker", ["steps"], held=Answer.PROVEN)
    parent = {"i_x__steps": Answer.PROVEN, "i_y__steps": Answer.PROVEN}
    proven = assumptions([walker, _result("streamer", [], **parent)], {"walker": ["i_x", "i_y"]})
    assert [each.proven_in for each in proven] == [("streamer",)]
    parent["i_y__steps"] = Answer.UNDECIDED
    open_one = assumptions([walker, _result("streamer", [], **parent)], {"walker": ["i_x", "i_y"]})
    assert [each.proven_in for each in open_one] == [()]


def test_results_are_written_and_shown(tmp_path: Path) -> None:
    result = _result(
        "counting", ["one_at_a_time"], held=Answer.PROVEN, in_range=Answer.REFUTED, i_part__held=Answer.PROVEN
    )
    rows = assumption_rows(assumptions([result], {}))
    figures = ProofFigures("abc", 1.0, [module_row(result)], rows)
    assert (figures.count(Answer.PROVEN), figures.count(Answer.REFUTED)) == (1, 1)
    write_json(tmp_path / "proof.json", to_builtins(figures))
    assert proof_section(tmp_path / "proof.json") == figures
    (tmp_path / "proof.json").write_text("{}")
    assert proof_section(tmp_path / "proof.json") is None


def test_the_model_has_no_more_than_the_properties_need(tmp_path: Path) -> None:
    model: TransitionSystem = build(ProvenModule("counting", assume=("one_at_a_time",)), extra(), tmp_path)
    assert model.assumed == 2
    assert {each.signal for each in model.inputs.values()} >= {"rst_ni", "step_i", "twice_i"}
