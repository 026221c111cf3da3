# SPDX-License-Identifier: Apache-2.0
"""Abilities of register maps that tests may need; a device without one leaves these tests out."""

from collections.abc import Callable, Iterable

from tb.exchange.device import Descriptor
from tb.exchange.registers import Registers

ABILITIES: dict[str, tuple[Callable[[Registers], bool], str]] = {
    "clear": (lambda rules: rules.has("clear"), "no soft clear"),
    "clear_keep": (lambda rules: rules.clear_keep >= 0, "no soft clear that keeps the job registers"),
    "acquire": (lambda rules: rules.has("acquire"), "no register that gives contexts"),
    "status": (lambda rules: rules.has("status"), "no STATUS"),
    "contexts": (lambda rules: rules.status_shows == "contexts", "no STATUS of its contexts"),
    "finished": (
        lambda rules: rules.has("finished") and rules.finished_cleared,
        "no FINISHED that reads clear",
    ),
    "running_job": (lambda rules: rules.has("running_job"), "no RUNNING_JOB"),
    "lock": (lambda rules: rules.lock, "no lock"),
    "ids": (lambda rules: rules.access_ids, "no access ids: one core"),
    "bytes": (lambda rules: not rules.whole_words, "no byte enables: registers are written as a whole"),
    "queue": (lambda rules: rules.queue > 0, "no queue"),
    "two_contexts": (lambda rules: rules.queue == 1, "a queue of another depth than one"),
    "unmapped": (lambda rules: rules.unmapped_zero, "no rule for offsets without a register"),
    "one_trigger": (
        lambda rules: not rules.own and rules.commit_value is None and not rules.last,
        "a way of its own to start jobs",
    ),
    "no_clear_between": (lambda rules: not rules.clear_between, "a clear between jobs"),
    "no_wait": (lambda rules: not rules.after_clear, "to be left alone behind a clear"),
}
"""Test of each ability, and what a device has without it, as the end of a sentence."""


def lacking(device: Descriptor, needs: Iterable[str]) -> str:
    """Return the first ability that a device has not, as a sentence; an empty text if it has all."""
    for need in needs:
        there, without = ABILITIES[need]
        if not there(device.registers):
            return f"{device.name} has {without}"
    return ""
