# SPDX-License-Identifier: Apache-2.0
"""Coverpoints of accesses that meet the end of a job, or each other."""

from tb.coverage.coverpoint import coverpoint
from tb.coverage.samples import MeetingSample

REACH = 8
"""Cycles up to which two things count as near each other."""

ACTS = ("acquire", "trigger", "finished", "clear")
"""Accesses that change a state: ACQUIRE, a trigger of the holder, a read of FINISHED, a soft clear."""

ENDS = ("last_grant", "event")


def unreachable(first: str, second: str, gap: int, state: str) -> bool:
    """Tell if no two accesses can follow each other so: a trigger needs the lock, and that a context."""
    if "trigger" in (first, second) and state == "full" and first != "clear":
        return True
    if second != "trigger":
        return False
    return (first == "trigger" and state == "running") or (first in ("trigger", "clear") and gap == 1)


@coverpoint("meeting", ACTS, needs="meeting")
def act(sample: MeetingSample) -> str:
    """Access of the register port."""
    return sample.act


@coverpoint("meeting", ENDS, needs="meeting")
def job_end(sample: MeetingSample) -> str | None:
    """End that it meets: the grant of the running job's last write, or the job's event."""
    return sample.other if sample.other in ENDS else None


@coverpoint("meeting", [f"{distance:+d}" for distance in range(-REACH, REACH + 1)], needs="meeting")
def distance(sample: MeetingSample) -> str:
    """Cycles by which the access comes behind what it meets."""
    return f"{sample.distance:+d}"


@coverpoint("meeting", ("alone", "queued"), needs="meeting")
def behind(sample: MeetingSample) -> str | None:
    """Queue behind the job that ends: nothing, or another job."""
    return sample.state if sample.other in ENDS else None


@coverpoint("meeting", ACTS, needs="meeting")
def next_act(sample: MeetingSample) -> str | None:
    """Access that follows the first."""
    return sample.other if sample.other in ACTS else None


@coverpoint("meeting", [str(gap) for gap in range(1, REACH + 1)], needs="meeting")
def gap(sample: MeetingSample) -> str | None:
    """Cycles between two accesses."""
    return str(sample.distance) if sample.other in ACTS else None


@coverpoint("meeting", ("idle", "running", "full"), needs="meeting")
def jobs_there(sample: MeetingSample) -> str | None:
    """Jobs before the first of two accesses: none, one, as many as there are contexts."""
    return sample.state if sample.other in ACTS else None
