# SPDX-License-Identifier: Apache-2.0
"""Rules that a cluster and its programs keep, by the names that findings and the testplan use."""

from tb.exchange.results import Finding
from tb.exchange.status import Status
from tb.kinds import Rule

PREFIX = "cluster_"

_MISMATCH = {
    "trap": "no hart traps or runs off",
    "return": "a program returns 0: all that it read was right",
    "jobs": "the accelerator runs the jobs that the program was given, each once",
    "left": "what cores and DMA leave beside the accelerator's jobs is what the model computed",
    # Checked in every cycle by `tb/cluster/dpi/monitor.h`.
    "read": "a word reads what the TCDM holds",
    "wide_read": "all lanes of a wide access read what the TCDM holds at one moment",
    "l2_read": "L2 reads what it holds",
    "tcdm": "the whole TCDM at the end is what the accesses left",
    "l2": "the whole of L2 at the end is what the accesses left",
    # Checked in every cycle by `tb/cluster/dpi/peripherals.h`.
    "bus_read": "a read over the bus returns what its target gives, 0xBADACCE5 without one",
    "event_read": "the event unit reads what events and accesses left, over the bus and through the windows",
}
_PROTOCOL = {
    "host": "an access of the host is granted, and answered, within 1000 cycles",
    "access": "no hart accesses what is not there",
    # Checked in every cycle by `tb/cluster/dpi/monitor.h`.
    "answer": "each access of a core or the DMA is answered once, to its owner, in the next cycle",
    "request_kept": "a request holds until its grant",
    "grant": "nothing is granted that nobody asked for",
    "wait": "nobody waits longer than the arbitration allows",
    "bank": "a bank has one access a cycle: a wide access is alone in all of its banks",
    "l2_answer": "L2 answers in order and in time",
    # Checked in every cycle by `tb/cluster/dpi/peripherals.h`.
    "bus_answer": "each access over the peripheral bus is answered once, to its master, in the next cycle",
    "bus_request_kept": (
        "a request over the peripheral bus holds unchanged until its grant, to its target too"
    ),
    "bus_grant": "the peripheral bus grants one access a cycle at most, to who asks, when the target grants",
    "bus_wait": (
        "round robin: no master is granted twice while another waits, and the bus idles only for its target"
    ),
    "bus_route": (
        "an access reaches the target that its address names, unchanged and with its master's id, or nobody"
    ),
    "window_answer": "each access through a private window is answered once, in the next cycle",
    "window_request_kept": "a request to a private window holds unchanged until its grant",
    "window_grant": "a private window grants at once all but the reads that wait, and nothing unasked",
    "wake": (
        "a read that waits is granted in the first cycle in which an event of its is there, and in no other"
    ),
    "clock": "the clock of a core is off exactly while its read waits",
    "sleep": "a core that waits sleeps within 8 cycles, and is awake when it is answered and otherwise",
}
_RULES = {
    Status.TIMEOUT: {"end": "a program ends within its limit"},
    Status.MISMATCH: _MISMATCH,
    Status.PROTOCOL: _PROTOCOL,
}

RULES = {
    PREFIX + name: Rule(status, holds) for status, rules in _RULES.items() for name, holds in rules.items()
}
"""All rules by the names of their findings."""


def rule_finding(rule: str, detail: str) -> Finding:
    """Returns the finding of a broken rule, with the rule's status."""
    return Finding(RULES[rule].status, rule, detail)
