# SPDX-License-Identifier: Apache-2.0
"""What a cluster and its programs must keep, by the names that findings and the testplan use."""

from __future__ import annotations

from tb.status import Status

PREFIX = "cluster_"

RULES: dict[str, Status] = {
    "cluster_end": Status.TIMEOUT,  # a program ends within its limit
    "cluster_trap": Status.MISMATCH,  # no hart traps or runs off
    "cluster_return": Status.MISMATCH,  # a program returns 0: all that it read was right
    "cluster_host": Status.PROTOCOL,  # an access of the host is granted and answered in time
    "cluster_access": Status.PROTOCOL,  # no hart accesses what is not there
    "cluster_jobs": Status.MISMATCH,  # the accelerator runs the jobs of the mailbox, each once
    "cluster_left": Status.MISMATCH,  # what cores and DMA leave beside the jobs is what was computed
    "cluster_answer": Status.PROTOCOL,  # each access is answered once, to its owner, in the next cycle
    "cluster_request_kept": Status.PROTOCOL,  # a request holds until its grant
    "cluster_grant": Status.PROTOCOL,  # nothing is granted that nobody asked for
    "cluster_wait": Status.PROTOCOL,  # nobody waits longer than the arbitration allows
    "cluster_bank": Status.PROTOCOL,  # a bank has one access a cycle, so a wide one is alone in its banks
    "cluster_read": Status.MISMATCH,  # a word reads what the memory holds
    "cluster_wide_read": Status.MISMATCH,  # the same for all lanes of a wide access at once
    "cluster_l2_answer": Status.PROTOCOL,  # L2 answers in order and in time
    "cluster_l2_read": Status.MISMATCH,  # L2 reads what it holds
    "cluster_bus_answer": Status.PROTOCOL,  # peripheral bus: as `answer`, to the master
    "cluster_bus_request_kept": Status.PROTOCOL,  # a request holds unchanged, to the target too
    "cluster_bus_grant": Status.PROTOCOL,  # one grant a cycle, when the target grants
    "cluster_bus_wait": Status.PROTOCOL,  # nobody is granted twice while another waits
    "cluster_bus_route": Status.PROTOCOL,  # an access reaches its target alone, unchanged
    "cluster_bus_read": Status.MISMATCH,  # a read returns what its target gives
    "cluster_window_answer": Status.PROTOCOL,  # private windows: as `answer`
    "cluster_window_request_kept": Status.PROTOCOL,  # a request holds unchanged until its grant
    "cluster_window_grant": Status.PROTOCOL,  # all but reads that wait are granted at once
    "cluster_event_read": Status.MISMATCH,  # the event unit reads what events and accesses left
    "cluster_wake": Status.PROTOCOL,  # a read that waits is granted with its event, and then
    "cluster_clock": Status.PROTOCOL,  # the clock of a core is off exactly while it waits
    "cluster_sleep": Status.PROTOCOL,  # a core that waits sleeps soon, and not any longer
    "cluster_tcdm": Status.MISMATCH,  # the whole TCDM at the end is what the accesses left
    "cluster_l2": Status.MISMATCH,  # the same for L2
}
"""Status of a broken rule; those from `answer` on are checked in every cycle by `tb/cluster/dpi/monitor.h`,
`bus_answer` to `sleep` by `tb/cluster/dpi/peripherals.h`."""
