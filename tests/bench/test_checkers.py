# SPDX-License-Identifier: Apache-2.0
"""The list of checkers is that of the source, and each has a proof: a test that makes exactly it fire."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import TcdmRule
from tb.checkers import FILE, KINDS, Checker, Proof, load_checkers
from tb.cluster.rules import RULES
from tb.schema import SchemaError
from tb.scoreboard.second_opinion import SOURCES
from tb.stimulus.laws import LAWS
from tests.bench.checkers import assertions, findings
from tests.bench.faults import CASES
from tests.bench.test_checkers_fire import MASTER
from tests.bench.traces import ILLEGAL
from tests.cluster.test_environment import BROKEN
from tests.cluster.test_host import STUCK
from tests.cluster.test_monitor import MONITOR_RULES, PERIPHERAL_FAULTS

CHECKERS = load_checkers()
ROOT = Path(__file__).resolve().parents[2]

PROVES: dict[str, dict[str, str]] = {
    "fault": {case.name: next(iter(case.expects)) for case in CASES if len(case.expects) == 1},
    "bench": MASTER,
    "law": {name: name for name in LAWS},
    "opinion": dict.fromkeys(SOURCES, "second_opinion"),
    "assertion": {name: f"rule {rule:d}" for name, (rule, _) in ILLEGAL.items()},
    "trace": {name: f"log rule {rule:d}" for name, (rule, _) in ILLEGAL.items()},
    "monitor": {rule: f"cluster_{rule}" for rule in MONITOR_RULES},
    "peripheral": {case: f"cluster_{rule}" for case, rule in PERIPHERAL_FAULTS.items()},
    "host": dict.fromkeys(STUCK, "cluster_host"),
    "program": {name: rule for name, (rule, _) in BROKEN.items()},
}
"""For each kind of proof, the checker that fires alone, by the parameter of the test."""


def of_kind(*kinds: str) -> set[str]:
    return {name for name, checker in CHECKERS.items() if checker.kind in kinds}


def test_every_comparison_watchdog_and_opinion_of_the_source_is_listed() -> None:
    assert of_kind("comparison", "watchdog", "opinion") == findings()


def test_every_rule_of_the_cluster_is_listed() -> None:
    assert of_kind("cluster") == set(RULES)


def test_every_law_is_listed() -> None:
    assert of_kind("law") == set(LAWS)


def test_every_rule_has_an_assertion_and_is_listed() -> None:
    numbers = {rule.name: f"rule {rule:d}" for rule in (*TcdmRule, *PeriphRule)}
    assert sorted(numbers[rule] for rule in assertions().values()) == sorted(numbers.values())
    assert of_kind("assertion") == set(numbers.values())


def test_every_rule_over_the_logs_is_listed() -> None:
    assert of_kind("rule") == {f"log rule {rule:d}" for rule in (*TcdmRule, *PeriphRule)}


@pytest.mark.parametrize("checker", CHECKERS.values(), ids=lambda checker: checker.name)
def test_every_checker_is_proven_to_fire_alone(checker: Checker) -> None:
    assert checker.proofs, (
        f"break something in tests/bench so that '{checker.name}' fires, and name it in {FILE}"
    )
    for proof in checker.proofs:
        assert PROVES[proof.where].get(proof.parameter) == checker.name, proof


def test_whatever_is_broken_besides_the_device_proves_something() -> None:
    used = {(proof.where, proof.parameter) for each in CHECKERS.values() for proof in each.proofs}
    kinds = ("opinion", "bench", "trace", "law", "peripheral", "host")
    wanted = {(where, name) for where in kinds for name in PROVES[where]}
    assert wanted <= used


def test_proofs_are_tests_with_one_parameter() -> None:
    for test in {proof.test for checker in CHECKERS.values() for proof in checker.proofs}:
        file, _, name = test.partition("::")
        tree = ast.parse((ROOT / file).read_text())
        (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
        marks = [ast.unparse(mark) for mark in function.decorator_list]
        assert len([mark for mark in marks if "parametrize(" in mark]) == 1, test


def test_kinds_are_all_in_use() -> None:
    assert {checker.kind for checker in CHECKERS.values()} == set(KINDS)


def test_a_proof_is_a_test_of_pytest() -> None:
    assert CHECKERS["register"].proofs == (
        Proof(
            "fault",
            "tests/bench/test_checkers_fire.py::test_fault_fires_its_checkers_and_no_other",
            "AcquireId_one",
        ),
    )
    assert CHECKERS["register"].proofs[0].node.endswith("_and_no_other[AcquireId_one]")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("kind = ", "kin = "), "unknown key 'kin'; did you mean 'kind'?"),
        (('"law"', '"lore"'), "unknown value 'lore'"),
        (('"fault A"', '"fualt A"'), "unknown test 'fualt'; did you mean 'fault'?"),
        (('"fault A"', '"fault"'), "names no parameter"),
        (('"fault A"]', '"fault A"]\n[[checker]]\nname = "a"\nkind = "law"\nchecks = "c"'), "there twice"),
    ],
)
def test_a_malformed_list_is_one_line(tmp_path: Path, change: tuple[str, str], what: str) -> None:
    entry = '[[checker]]\nname = "a"\nkind = "law"\nchecks = "c"\nproofs = ["fault A"]\n'
    text = f'[proofs]\nfault = "f::t"\n{entry}'
    path = tmp_path / "checkers.toml"
    path.write_text(text.replace(*change))
    with pytest.raises(SchemaError, match=re.escape(what)) as caught:
        load_checkers(path)
    assert "\n" not in str(caught.value)


def test_a_checker_without_a_proof_is_not_proven(tmp_path: Path) -> None:
    path = tmp_path / "checkers.toml"
    path.write_text('[proofs]\n[[checker]]\nname = "a"\nkind = "law"\nchecks = "c"\n')
    assert not load_checkers(path)["a"].proven
