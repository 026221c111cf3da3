# SPDX-License-Identifier: Apache-2.0
"""Rules that a cluster and its programs keep, by the names that findings and the testplan use."""

from tb.exchange.results import Finding
from tb.exchange.status import Status
from tb.kinds import Rule

PREFIX = "cluster_"


RULES: dict[str, Rule] = {
    "cluster_end": Rule(Status.TIMEOUT, "a program ends within its limit"),
    "cluster_trap": Rule(Status.MISMATCH, "no hart traps or runs off"),
    "cluster_return": Rule(Status.MISMATCH, "a program returns 0: all that it read was right"),
    "cluster_host": Rule(
        Status.PROTOCOL,
        "an access of the host is granted, and answered, within 1000 cycles",
    ),
    "cluster_access": Rule(Status.PROTOCOL, "no hart accesses what is not there"),
    "cluster_jobs": Rule(
        Status.MISMATCH,
        "the accelerator runs the jobs that the program was given, each once",
    ),
    "cluster_left": Rule(
        Status.MISMATCH,
        "what cores and DMA leave beside the accelerator's jobs is what the model computed",
    ),
    "cluster_answer": Rule(
        Status.PROTOCOL,
        "each access of a core or the DMA is answered once, to its owner, in the next cycle",
    ),
    "cluster_request_kept": Rule(Status.PROTOCOL, "a request holds until its grant"),
    "cluster_grant": Rule(Status.PROTOCOL, "nothing is granted that nobody asked for"),
    "cluster_wait": Rule(Status.PROTOCOL, "nobody waits longer than the arbitration allows"),
    "cluster_bank": Rule(
        Status.PROTOCOL,
        "a bank has one access a cycle: a wide access is alone in all of its banks",
    ),
    "cluster_read": Rule(Status.MISMATCH, "a word reads what the TCDM holds"),
    "cluster_wide_read": Rule(
        Status.MISMATCH,
        "all lanes of a wide access read what the TCDM holds at one moment",
    ),
    "cluster_l2_answer": Rule(Status.PROTOCOL, "L2 answers in order and in time"),
    "cluster_l2_read": Rule(Status.MISMATCH, "L2 reads what it holds"),
    "cluster_tcdm": Rule(Status.MISMATCH, "the whole TCDM at the end is what the accesses left"),
    "cluster_l2": Rule(Status.MISMATCH, "the whole of L2 at the end is what the accesses left"),
    "cluster_bus_answer": Rule(
        Status.PROTOCOL,
        "each access over the peripheral bus is answered once, to its master, in the next cycle",
    ),
    "cluster_bus_request_kept": Rule(
        Status.PROTOCOL,
        "a request over the peripheral bus holds unchanged until its grant, to its target too",
    ),
    "cluster_bus_grant": Rule(
        Status.PROTOCOL,
        "the peripheral bus grants one access a cycle at most, to who asks, when the target grants",
    ),
    "cluster_bus_wait": Rule(
        Status.PROTOCOL,
        "round robin: no master is granted twice while another waits, and the bus idles only for its target",
    ),
    "cluster_bus_route": Rule(
        Status.PROTOCOL,
        "an access reaches the target that its address names, unchanged and with its master's id, or nobody",
    ),
    "cluster_bus_read": Rule(
        Status.MISMATCH,
        "a read over the bus returns what its target gives, 0xBADACCE5 without one",
    ),
    "cluster_window_answer": Rule(
        Status.PROTOCOL,
        "each access through a private window is answered once, in the next cycle",
    ),
    "cluster_window_request_kept": Rule(
        Status.PROTOCOL,
        "a request to a private window holds unchanged until its grant",
    ),
    "cluster_window_grant": Rule(
        Status.PROTOCOL,
        "a private window grants at once all but the reads that wait, and nothing unasked",
    ),
    "cluster_event_read": Rule(
        Status.MISMATCH,
        "the event unit reads what events and accesses left, over the bus and through the windows",
    ),
    "cluster_wake": Rule(
        Status.PROTOCOL,
        "a read that waits is granted in the first cycle in which an event of its is there, and in no other",
    ),
    "cluster_clock": Rule(Status.PROTOCOL, "the clock of a core is off exactly while its read waits"),
    "cluster_sleep": Rule(
        Status.PROTOCOL,
        "a core that waits sleeps within 8 cycles, and is awake when it is answered and otherwise",
    ),
}
"""All rules; those from `answer` on are checked in every cycle by `tb/cluster/dpi/monitor.h`, from
`bus_answer` on by `tb/cluster/dpi/peripherals.h`."""


def rule_finding(rule: str, detail: str) -> Finding:
    """Returns the finding of a broken rule, with the rule's status."""
    return Finding(RULES[rule].status, rule, detail)
