# SPDX-License-Identifier: Apache-2.0
"""Coverpoints of accesses that meet something, and the bins that no accesses can reach."""

from itertools import product

import numpy as np

from tb.coverage import meetings
from tb.coverage.abilities import reachable
from tb.coverage.covergroups import load_definition
from tb.coverage.samples import MeetingSample
from tb.descriptor import load

PAIRS = "meetings.act.next_act.gap.jobs_there"
POINTS = (meetings.act, meetings.job_end, meetings.distance, meetings.behind)
OTHERS = (meetings.next_act, meetings.gap, meetings.jobs_there)


def test_a_meeting_with_the_end_of_a_job() -> None:
    sample = MeetingSample("finished", "event", -3, "queued")
    assert [point(sample) for point in POINTS] == ["finished", "event", "-3", "queued"]
    assert [point(sample) for point in OTHERS] == [None, None, None]
    assert meetings.distance(MeetingSample("clear", "last_grant", 8, "alone")) == "+8"


def test_a_meeting_of_two_accesses() -> None:
    sample = MeetingSample("acquire", "clear", 5, "full")
    assert [point(sample) for point in OTHERS] == ["clear", "5", "full"]
    assert (meetings.job_end(sample), meetings.behind(sample)) == (None, None)


def test_pairs_that_cannot_be_made_are_those_that_are_excluded() -> None:
    definition = load_definition()
    gaps = range(1, meetings.REACH + 1)
    pairs = product(meetings.ACTS, meetings.ACTS, gaps, ("idle", "running", "full"))
    impossible = [meetings.unreachable(*pair) for pair in pairs]
    assert definition.excluded(definition.items[PAIRS]).tolist() == impossible


def test_a_device_with_registers_of_its_own_has_no_meetings() -> None:
    item = load_definition().items[PAIRS]
    assert reachable(item, load("serial")).all()
    assert not np.any(reachable(item, load("tests/strangers/queue8/queue8.toml")))
