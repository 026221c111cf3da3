# SPDX-License-Identifier: Apache-2.0
"""Bus rules as assertions and over the logs: both say the same of every trace, legal or not."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import TcdmRule
from tb.scoreboard.protocol import PortLogs, broken_rules, check_protocol
from tests.bench.trace_player import Played, Trace, play
from tests.bench.traces import ILLEGAL, LEGAL, RANGES, mutated, random_trace
from tests.proofs import proving

RANDOM = 1500
ASSERTIONS = {name: f"rule {rule:d}" for name, (rule, _) in ILLEGAL.items()}
LOG_RULES = {name: f"log {checker}" for name, checker in ASSERTIONS.items()}
Broken = dict[int, tuple[int, int]]


def by_logs(logs: PortLogs) -> Broken:
    """Rules broken by the logs: number -> (count, first edge)."""
    return {rule: (edges.size, int(edges[0])) for rule, edges in broken_rules(logs, RANGES).items()}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played]:
    """The traces written by hand, played."""
    traces = {**LEGAL, **{name: trace for name, (_, trace) in ILLEGAL.items()}}
    played = play(tmp_path_factory.mktemp("written"), list(traces.values()), RANGES)
    return dict(zip(traces, played, strict=True))


@pytest.mark.parametrize("name", LEGAL)
def test_a_legal_trace_breaks_no_rule(name: str, written: dict[str, Played]) -> None:
    assert (written[name].fired, by_logs(written[name].logs)) == ({}, {})


@pytest.mark.parametrize("name", proving(ASSERTIONS))
def test_an_illegal_trace_breaks_one_rule_in_both(name: str, written: dict[str, Played]) -> None:
    rule, _ = ILLEGAL[name]
    assert set(written[name].fired) == {rule}
    assert by_logs(written[name].logs) == written[name].fired


@pytest.mark.parametrize("seed", range(2))
def test_both_agree_on_random_traces(seed: int, tmp_path: Path) -> None:
    random = np.random.default_rng(seed)
    legal = [random_trace(random) for _ in range(RANDOM // 5)]
    traces: list[Trace] = legal + [mutated(random, legal[n % len(legal)]) for n in range(RANDOM)]
    played = play(tmp_path, traces, RANGES)
    for number, each in enumerate(played):
        assert by_logs(each.logs) == each.fired, number
    assert not [n for n, each in enumerate(played[: len(legal)]) if each.fired]
    found = Counter(rule for each in played for rule in each.fired)
    # Every rule was broken often enough for agreement to mean something.
    assert {rule for rule, count in found.items() if count >= 10} == {*TcdmRule, *PeriphRule}


@pytest.mark.parametrize("name", proving(LOG_RULES))
def test_a_rule_of_which_one_is_silent_is_found(name: str, written: dict[str, Played]) -> None:
    rule, checker = ILLEGAL[name][0], LOG_RULES[name]
    logs, fired = written[name].logs, written[name].fired
    assert check_protocol(logs, RANGES, fired) == []
    (silent,) = check_protocol(logs, RANGES, {})
    assert silent.checker == checker
    assert "the assertion is silent" in silent.detail
    nothing = PortLogs(logs.beats[:0], logs.port[:0], logs.events[:0], logs.since, logs.until)
    (alone,) = check_protocol(nothing, RANGES, fired)
    assert alone.checker == checker
    assert "the log shows nothing" in alone.detail
    count, edge = fired[rule]
    (elsewhere,) = check_protocol(logs, RANGES, {rule: (count, edge - 1)})
    assert elsewhere.checker == checker


def test_an_assertion_that_fired_before_the_log_is_not_compared(written: dict[str, Played]) -> None:
    logs = written["idle"].logs
    fired = {int(TcdmRule.ALIGNMENT): (1, logs.since), int(PeriphRule.PERIPH_ID): (1, logs.until + 1)}
    assert check_protocol(logs, RANGES, fired) == []
