# SPDX-License-Identifier: Apache-2.0
"""The list of checkers is that of the source, and each has a proof: a test that makes exactly it fire."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import TcdmRule
from tb.checkers import BUS_RULES, PROOFS, load_checkers
from tb.exchange.checks import CHECKS
from tests import proofs
from tests.bench.checkers import assertions, findings

CHECKERS = load_checkers()
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def collected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proofs as pytest collects them, now if that is everything, else in another process."""
    file, asked = tmp_path_factory.mktemp("proofs") / "proofs.json", request.config.option
    items = request.session.items
    whole = set(proofs.files()) <= {item.path for item in items}
    if whole and not (asked.keyword or asked.markexpr or asked.deselect or "::" in str(request.config.args)):
        proofs.write(proofs.proofs_of(items), file)
    else:
        subprocess.run([sys.executable, "-m", "tests.proofs", file], cwd=ROOT, check=True)
    return file


def test_every_finding_of_the_source_is_listed() -> None:
    assert set(CHECKS) == findings()


def test_every_rule_has_an_assertion_and_is_listed() -> None:
    assert sorted(assertions().values()) == sorted(rule.name for rule in (*TcdmRule, *PeriphRule))
    assert set(BUS_RULES) == {*TcdmRule, *PeriphRule}


def test_proofs_are_kept_in_step(collected: Path) -> None:
    assert PROOFS.read_text() == collected.read_text(), "run python -m tests.proofs"


def test_every_proof_names_a_checker(collected: Path) -> None:
    assert set(json.loads(collected.read_text())) <= set(CHECKERS)


def test_every_checker_is_proven_to_fire_alone(collected: Path) -> None:
    bare = [name for name, checker in load_checkers(collected).items() if not checker.proven]
    assert not bare, "break something so that it alone fires, in a test marked proves (tests/proofs.py)"


def test_a_checker_without_a_proof_is_not_proven(tmp_path: Path) -> None:
    path = tmp_path / "proofs.json"
    path.write_text('{"memory": ["test_it[broken]"]}')
    checkers = load_checkers(path)
    assert checkers["memory"].proofs == ("test_it[broken]",)
    assert [name for name, checker in checkers.items() if checker.proven] == ["memory"]
