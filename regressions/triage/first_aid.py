# SPDX-License-Identifier: Apache-2.0
"""First aid for a device that was connected for the first time: what its findings together mostly mean."""

import re
from collections.abc import Callable, Sequence

from regressions.judge import SegmentResult
from tb.exchange.results import Finding
from tb.exchange.status import Status

_MOST = 0.5  # share of the findings of a checker that have to be alike
_OTHER = re.compile(r"all of Z is the result of (another \w+|[^,]+)")
_WHERE = {
    "operation": "look at `operation_codes` in [registers], and at the place of the role",
    "format": "look at `format_codes` in [registers], and at the places of the formats",
    " read ": "its address is off, or its read data is taken a cycle early or late",
    "": "look at the places of these roles in [registers]",
}
"""Advice by a word in the kind of job that Z is the result of (`tb.scoreboard.suppositions`)."""

_LOW = re.compile(r"address 0x0000[0-9a-f]{4}\b")


def first_aid(results: Sequence[SegmentResult]) -> list[str]:
    """Return advice in words, one line for each thing that is recognised.

    Args:
        results: Results of the segments of one device.
    """
    findings = [each for result in results for failure in result.failures for each in failure.findings]
    passed = any(job.status is Status.PASSED for result in results for job in result.jobs)
    first = () if passed else (_never_starts(findings), _never_ends(findings))
    return [
        line for line in (*first, _low_address(findings), _misplaced(findings), _other_job(findings)) if line
    ]


def _most(findings: Sequence[Finding], checkers: Sequence[str], alike: Callable[[str], bool]) -> bool:
    """Tell if most findings of some checkers are alike."""
    own = [each.detail for each in findings if each.checker in checkers]
    return bool(own) and sum(map(alike, own)) > _MOST * len(own)


def _never_starts(findings: Sequence[Finding]) -> str:
    if not _most(findings, ("watchdog",), lambda text: "silent before the first request" in text):
        return ""
    if any("ACQUIRE of job" in each.detail for each in findings if each.checker == "register_port"):
        return (
            "no job ever began, and the next one got no context: the device did not take the first one; it "
            "may want another `commit_value`, or without a commit another `trigger_value`; see [registers] "
            "in docs/descriptor.md"
        )
    return (
        "no job ever began: the device may want another `trigger_value`, a commit before it "
        "(`commit_value`), or its registers elsewhere; see [registers] in docs/descriptor.md"
    )


def _never_ends(findings: Sequence[Finding]) -> str:
    if not _most(findings, ("watchdog",), lambda text: "silent after the last write" in text):
        return ""
    other = any(each.checker == "rule 9" for each in findings)
    where = "it is on the other line of the core: `event` in [registers]" if other else "look at evt_o"
    return f"every job wrote its results, and its event never came: {where}"


def _low_address(findings: Sequence[Finding]) -> str:
    if not _most(findings, ("rule 5", "rule 6"), lambda text: bool(_LOW.search(text))):
        return ""
    return (
        "the device accesses addresses near 0, where no operand is: a pointer did not take its value; "
        "look at the order of programming, at byte enables, and at cycles that it needs after a reset"
    )


def _misplaced(findings: Sequence[Finding]) -> str:
    if _most(findings, ("memory",), lambda text: "bytes of every element are swapped" in text):
        return (
            "the bytes of each element of Z are swapped: the device is big-endian, the contract is not (A6.1)"
        )
    if _most(findings, ("memory",), lambda text: "all of Z is that of" in text):
        return (
            "Z is right but lies elsewhere: the address of its first row is off, or read data is taken a "
            "cycle early or late; the details of the findings say by how much"
        )
    return ""


def _other_job(findings: Sequence[Finding]) -> str:
    found = [match[1] for each in findings for match in [_OTHER.search(each.detail)] if match]
    kind = max(set(found), key=found.count, default="")
    if not kind or not _most(findings, ("memory",), lambda text: f"the result of {kind}" in text):
        return ""
    where = next(advice for word, advice in _WHERE.items() if word in kind)
    return f"Z is mostly the result of {kind}: {where}"
