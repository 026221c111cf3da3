# SPDX-License-Identifier: Apache-2.0
"""What a cluster and its programs must keep, by the names that findings and the testplan use."""

from __future__ import annotations

from tb.status import Status

PREFIX = "cluster_"

RULES: dict[str, Status] = {
    "cluster_end": Status.TIMEOUT,  # a program ends within its limit
    "cluster_trap": Status.MISMATCH,  # no hart traps or runs off
    "cluster_return": Status.MISMATCH,  # a program returns 0: all that it read was right
    "cluster_access": Status.PROTOCOL,  # no hart accesses what is not there
    "cluster_jobs": Status.MISMATCH,  # the accelerator runs the jobs of the mailbox, each once
    "cluster_answer": Status.PROTOCOL,  # each access is answered once, to its owner, in the next cycle
    "cluster_request_kept": Status.PROTOCOL,  # a request holds until its grant
    "cluster_grant": Status.PROTOCOL,  # nothing is granted that nobody asked for
    "cluster_wait": Status.PROTOCOL,  # nobody waits longer than the arbitration allows
    "cluster_read": Status.MISMATCH,  # a word reads what the memory holds
    "cluster_wide_read": Status.MISMATCH,  # the same for all lanes of a wide access at once
    "cluster_l2_answer": Status.PROTOCOL,  # L2 answers in order and in time
    "cluster_l2_read": Status.MISMATCH,  # L2 reads what it holds
    "cluster_wake": Status.PROTOCOL,  # a core that sleeps wakes on an event
    "cluster_tcdm": Status.MISMATCH,  # the whole TCDM at the end is what the accesses left
    "cluster_l2": Status.MISMATCH,  # the same for L2
}
"""Status of a broken rule; those from `answer` on are checked in every cycle by `tb/cluster/monitor.h`."""
