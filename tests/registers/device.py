# SPDX-License-Identifier: Apache-2.0
"""A register file in plain Python with jobs that end by themselves, and faults that can be switched on.

Written from contract A5 apart from `tb.registers.model`, with its own numbers, so that each can find the
other's errors. One call of `access` is one cycle; idle cycles pass with `idle`.
"""

import random
from dataclasses import dataclass

from tb.agents.control.access import Access
from tb.registers.state import ObservedAccess

_FOUND_BY = {
    "holder": (
        *("acquire_ignores_holder", "acquire_new_id_for_holder", "acquire_wrong_refusal"),
        *("status_shows_acquired", "trigger_by_anyone", "trigger_without_enable", "write_without_lock"),
    ),
    "queue": (
        *("acquire_third_context", "contexts_do_not_alternate", "running_job_is_next"),
        *("status_forgets_queued",),
    ),
    "ids": ("bad_id_reads", "bad_id_writes", "bad_id_acquires"),
    "clear": (
        *("clear_gives_id_again", "clear_keeps_context_order", "clear_keeps_lock", "clear_keeps_finished"),
        *("clear_keeps_queue", "clear_zero_keeps_registers", "clear_zero_keeps_id"),
        *("clear_zeroes_running_job", "clear_one_zeroes_registers", "clear_needs_holder"),
    ),
    "jobs": ("finished_counts_one_less", "finished_not_cleared", "id_does_not_wrap", "trigger_keeps_lock"),
    "enables": ("no_byte_enables",),
    "reset": ("reset_value", "wrong_high_byte"),
    "bits": ("spare_bits_stick",),
    "unmapped": ("trigger_any_value", "unmapped_aliases", "write_only_reads"),
    "values": ("trigger_whole_word", "clear_whole_word"),
    "": ("event_to_other_core", "extra_event", "finished_read_loses_ending_job"),
}
FAULTS = {fault: test for test, faults in _FOUND_BY.items() for fault in faults}
"""Faults of `FakeDevice`, each of which breaks contract A5 in one way; the register test that finds it."""

_JOB_MASKS = {
    0x40: 0xFFFF_FFFF,
    0x44: 0xFFFF_FFFF,
    0x48: 0xFFFF_FFFF,
    0x4C: 0xFFFF_FFFF,
    0x50: 0x0000_FFFF,
    0x54: 0x0000_1F80,
}


def _enabled(access: Access) -> int:
    """The data of a write, its bytes without enable 0."""
    return sum(access.data & 0xFF << 8 * lane for lane in range(4) if access.be >> lane & 1)


@dataclass
class _Job:
    id: int
    core: int
    context: int
    left: int


class FakeDevice:
    """The device as the register port shows it, with one of `FAULTS`, or None.

    Jobs take random cycles from the shortest to the longest `duration`; where they are `endless`, those with
    elements (MCFG0 not 0) last until cleared.
    """

    def __init__(
        self,
        seed: int = 1,
        fault: str | None = None,
        duration: tuple[int, int] = (3, 40),
        endless: bool = False,
    ) -> None:
        assert fault is None or fault in FAULTS
        self.fault = fault
        self._rng = random.Random(f"fake/{seed}")
        self._duration = duration
        self._endless = endless
        self.cycle = 0
        self.events: list[tuple[int, int]] = []
        self.reset()

    def reset(self) -> None:
        """Reset of the device; the cycle goes on."""
        self.values = dict.fromkeys(_JOB_MASKS, 0)
        if self.fault == "reset_value":
            self.values[0x50] = 1
        self.holder = 0
        self.held_id = 0
        self.next_id = 0
        self.jobs: list[_Job] = []
        self.context = 0
        self.finished = 0
        self.running = 0

    def idle(self, cycles: int) -> None:
        """Lets cycles pass without an access."""
        for _ in range(cycles):
            self._advance()

    def _advance(self) -> bool:
        """One edge. Returns whether a job ends in the cycle before it."""
        self.cycle += 1
        if self.jobs and self.jobs[0].left <= 0:
            self.jobs.pop(0)
            self.finished += 1
        if not self.jobs:
            return False
        self.running = self.jobs[-1 if self.fault == "running_job_is_next" else 0].id
        self.jobs[0].left -= 1
        if self.jobs[0].left > 0:
            return False
        core = self.jobs[0].core
        self.events.append((self.cycle, (core + 1) % 8 if self.fault == "event_to_other_core" else core))
        if self.fault == "extra_event" and self._rng.random() < 0.2:
            self.jobs[0].left = 1
        return True

    def access(self, access: Access) -> ObservedAccess:
        """One access, granted at once, and its record in a monitor."""
        self.idle(access.idle)
        ending = self._advance()
        cycle = self.cycle
        r_data = self._respond(access, ending)
        if self.jobs:
            self.running = self.jobs[-1 if self.fault == "running_job_is_next" else 0].id
        return ObservedAccess(cycle, access.address, access.write, access.data, access.be, access.id, r_data)

    def _respond(self, access: Access, ending: bool) -> int:
        valid = bin(access.id).count("1") == 1
        offset = access.address & 0xFC
        if self.fault == "unmapped_aliases" and offset >= 0x80:
            offset &= 0x7C
        if access.write:
            if valid or self.fault == "bad_id_writes":
                self._write(offset, access)
            return 0
        if not valid:
            if self.fault == "bad_id_acquires" and offset == 0x04 and not self.holder:
                self.holder, self.held_id = access.id, self.next_id
            return self.values.get(offset, 0) if self.fault == "bad_id_reads" else 0
        value = self._read(offset, access.id, ending)
        return value | 0x0100_0000 if self.fault == "wrong_high_byte" and offset == 0x10 else value

    def _read(self, offset: int, core_id: int, ending: bool) -> int:
        if offset in self.values:
            return self.values[offset]
        if offset == 0x04:
            return self._acquire(core_id)
        if offset == 0x08:
            count = self.finished
            if self.fault != "finished_not_cleared":
                self.finished = 0
            if self.fault == "finished_read_loses_ending_job" and ending:
                self.finished = -1
            return max(count - 1, 0) if self.fault == "finished_counts_one_less" else max(count, 0)
        if offset == 0x0C:
            shown = self.jobs[:1] if self.fault == "status_forgets_queued" else self.jobs
            status = sum(1 << 8 * job.context for job in shown)
            if self.fault == "status_shows_acquired" and self.holder:
                status |= 1 << 8 * self.context
            return status
        if offset == 0x10:
            return self.running
        if offset == 0x14 and self.fault == "write_only_reads":
            return 0xFFFF_FFFF
        return 0

    def _acquire(self, core_id: int) -> int:
        if self.holder == core_id:
            if self.fault == "acquire_new_id_for_holder":
                self.held_id = (self.held_id + 1) % 256
            return self.held_id
        if self.holder and self.fault != "acquire_ignores_holder":
            return 0xFFFF_FFFF if self.fault == "acquire_wrong_refusal" else 0xFFFF_FFFE
        if len(self.jobs) >= 2 and self.fault != "acquire_third_context":
            return 0xFFFF_FFFF
        self.holder, self.held_id = core_id, self.next_id
        self.next_id += 1
        if self.fault != "id_does_not_wrap":
            self.next_id %= 256
        return self.held_id

    def _write(self, offset: int, access: Access) -> None:
        if offset in self.values:
            self._write_job_register(offset, access)
        elif offset == 0x00:
            value = access.data if self.fault == "trigger_whole_word" else _enabled(access)
            value_right = value == 0 or self.fault == "trigger_any_value"
            enabled = bool(access.be & 1) or self.fault == "trigger_without_enable"
            allowed = access.id == self.holder or (
                self.fault == "trigger_by_anyone" and self.holder != 0 and len(self.jobs) < 2
            )
            if value_right and enabled and allowed:
                self._trigger(access.id)
        elif offset == 0x14:
            self._soft_clear(access)

    def _write_job_register(self, offset: int, access: Access) -> None:
        if access.id != self.holder and self.fault != "write_without_lock":
            return
        value = self.values[offset]
        for lane in range(4):
            if access.be >> lane & 1 or self.fault == "no_byte_enables":
                byte = 0xFF << 8 * lane
                value = value & ~byte | access.data & byte
        mask = 0xFFFF_FFFF if self.fault == "spare_bits_stick" else _JOB_MASKS[offset]
        self.values[offset] = value & mask

    def _trigger(self, core_id: int) -> None:
        core = max(core_id.bit_length() - 1, 0)
        cycles = self._rng.randint(*self._duration)
        if self._endless and self.values[0x4C]:
            cycles = 1 << 60
        self.jobs.append(_Job(self.held_id, core, self.context, cycles))
        if self.fault != "contexts_do_not_alternate":
            self.context ^= 1
        if self.fault != "trigger_keeps_lock":
            self.holder = 0

    def _soft_clear(self, access: Access) -> None:
        if self.fault == "clear_needs_holder" and access.id != self.holder:
            return
        if self.fault != "clear_keeps_queue":
            self.jobs = []
        if self.fault != "clear_keeps_context_order":
            self.context = 0
        if self.fault == "clear_gives_id_again" and self.holder:
            self.next_id = self.held_id
        if self.fault == "clear_zeroes_running_job":
            self.running = 0
        if self.fault != "clear_keeps_lock":
            self.holder = 0
        if self.fault != "clear_keeps_finished":
            self.finished = 0
        value = access.data if self.fault == "clear_whole_word" else _enabled(access)
        if value == 0 or self.fault == "clear_one_zeroes_registers":
            if self.fault != "clear_zero_keeps_registers":
                self.values = dict.fromkeys(_JOB_MASKS, 0)
            if value == 0 and self.fault != "clear_zero_keeps_id":
                self.next_id = 0
