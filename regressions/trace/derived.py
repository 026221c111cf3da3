# SPDX-License-Identifier: Apache-2.0
"""Course of a job in the array, as the schedule model derives it from the cycles without a grant.

Jobs that follow each other are in the array together, so the course of one has columns of its neighbours.

Nothing of it was observed. It counts as far as the requests that the model makes are those of the log, and
the sums of its causes are held against those that the device's probe counted.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.schedule import CAUSES, STREAMS, nothing, queue, queue_steps
from regressions.trace.job import OPERANDS, ObservedJob
from tb.exchange.device import Descriptor


@dataclass(frozen=True, slots=True)
class Derived:
    """The course of a job by the model, from its first cycle on, as far as the log agrees with it."""

    steps: npt.NDArray[np.void]  # `models.schedule.STEP` of each cycle
    place: int  # number of the job in them: columns of its neighbours are among them
    verdict: str  # whether log and probe agree with the model, in words
    agrees: bool  # they do, to the end


def derive(seen: ObservedJob, device: Descriptor) -> Derived | None:
    """Return the course of an observed job; None for a device that does not promise to keep the schedule."""
    if not device.schedule:
        return None
    # Before the device is ready, a request of a job that was cut is out.
    held, last = max(seen.begin - seen.start, 0), seen.start + seen.cycles - seen.begin
    courses = queue(device.instance, seen.together, seen.waiting)
    own = courses[seen.place]
    assert own is not None
    trigger = seen.together[seen.place].trigger
    end = min(trigger + own.cycles, last)
    course = queue_steps(device.instance, seen.together, end, seen.waiting)
    course = np.concatenate([nothing(held), course[max(seen.start - seen.begin, 0) :]])
    same = min(course.size, seen.cycles)
    wrong = held + np.flatnonzero(_differs(course[:same], seen, same)[held:])
    if wrong.size:
        at = int(wrong[0])
        asked = f"{_asked(seen, at)}, the model {_asks(course[at])}"
        text = f"the device leaves the schedule in cycle {at + 1}: {asked}; what follows is not derived"
        return Derived(course[:at], seen.place, text, agrees=False)
    text = f"the schedule model makes the requests of the log in each of {same} cycles"
    if course.size < seen.cycles or (seen.whole and trigger + own.cycles != last):
        ends = f"{text}, but ends the job in cycle {trigger + own.cycles - last + seen.cycles}"
        return Derived(course[:same], seen.place, ends, agrees=False)
    probe = device.probe
    if seen.slots is None or probe is None or probe.causes != CAUSES or not seen.whole:
        return Derived(course[:same], seen.place, text, agrees=True)
    counted = Counter(own.causes)
    # Until the device is ready it has nothing to do for the job, which has these slots all the same.
    for cause in nothing(held)["cause"]:
        counted[CAUSES[cause]] += device.instance.h * device.instance.l
    if counted != seen.slots:
        text = f"{text}, but has other causes than the device's probe: {dict(counted)}"
        return Derived(course, seen.place, text, agrees=False)
    text = f"{text}, and has the slots that the device's probe counted"
    return Derived(course, seen.place, text, agrees=True)


def _differs(course: npt.NDArray[np.void], seen: ObservedJob, cycles: int) -> npt.NDArray[np.bool_]:
    """Cycles in which the model's request is not that of the log."""
    asks = course["stream"] < len(STREAMS)
    bit = np.left_shift(1, np.where(asks, course["stream"], 0)).astype(np.uint8)
    foreign = asks & (course["asking"] == seen.place) & ((seen.operands[:cycles] & bit) == 0)
    granted = (course["granted"] != 0) != seen.granted[:cycles]
    differs: npt.NDArray[np.bool_] = (asks != seen.request[:cycles]) | foreign | granted
    return differs


def _asked(seen: ObservedJob, at: int) -> str:
    if not seen.request[at]:
        return "it asks for nothing"
    names = "".join(name for place, name in enumerate(OPERANDS) if seen.operands[at] >> place & 1)
    return f"it asks for {' or '.join(names) or 'something else'} at {int(seen.address[at]):#010x}"


def _asks(step: npt.NDArray[np.void]) -> str:
    stream = int(step["stream"])
    return f"for {STREAMS[stream]}" if stream < len(STREAMS) else "for nothing"
