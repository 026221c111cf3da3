# SPDX-License-Identifier: Apache-2.0
"""Reference model of the register file as software sees it (contract A5), without a simulator.

It is fed with the accesses that were granted and the events that were seen, each with the index of its clock
edge, and says what each read may return. Most reads have one right value. Where the contract leaves a cycle
open, all values it allows are taken, and what the device then shows narrows the state:

- a STATUS or ACQUIRE read granted at the very edge of a job's event may see the job or not;
- RUNNING_JOB may change up to `START_LATENCY` cycles after a job has its turn (busy_o may rise as late), and
  at the very edge of the event already show the next;
- an event at the very edge of a soft clear's grant may count in FINISHED or not.

Bytes that are not enabled are no part of the value of a TRIGGER or SOFT_CLEAR write.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from tb.dpi.bindings import AccessRow
from tb.registers.map import DECODED_ADDRESS_BITS, ONE_HOT, Register, RegisterMap, merge_bytes
from tb.registers.state import AccessTrace, ObservedAccess, PlainState, QueuedJob, RegisterFinding

START_LATENCY = 2
"""Cycles until RUNNING_JOB shows a job whose turn it is (contract A5.7); busy_o may take as long (A4.3)."""

ZERO = frozenset({0})


class RegisterFileModel:
    """The register file of one device.

    Attributes:
        findings: Violations of the contract, in order.
        holder: Access id of the core that holds the lock, None when it is free.
        queue: Jobs queued and running, oldest first, as far as events have been applied (`settle`).
        job_values: Values of the job registers, by name.
        last_reads: Last observed read of each register that changes by itself, by name.
        traces: Accesses that `feed` took, for coverage; None to keep none.
        reads: Number of reads that were compared.
        injected: A test injects faults, so that the device may count any.
    """

    def __init__(self, registers: RegisterMap) -> None:
        self._map = registers
        self._rules = registers.rules
        self._job_registers = {register.offset: register for register in registers.job_registers}
        self._reads: dict[str, Callable[[ObservedAccess, bool], frozenset[int]]] = {
            "ACQUIRE": self._acquire,
            "FINISHED": self._read_finished,
            "STATUS": self._status,
            "RUNNING_JOB": self._running_job,
            "FAULTS": self._read_faults,
        }
        self._writes: dict[str, Callable[[ObservedAccess], None]] = {
            "TRIGGER": self._trigger,
            "COMMIT": self._trigger,
            "SOFT_CLEAR": self._soft_clear,
        }
        self.findings: list[RegisterFinding] = []
        self.last_reads: dict[str, int] = {}
        self.traces: list[AccessTrace] | None = None
        self.reads = 0
        self.injected = False
        self.reset()

    def reset(self) -> None:
        """The state after a reset of the device; events not yet applied are forgotten, findings stay."""
        self.holder: int | None = None
        self.queue: deque[QueuedJob] = deque()
        self.job_values = {register.name: register.reset for register in self._map.job_registers}
        self._events: deque[tuple[int, int]] = deque()
        self._held_id = 0
        self._next_id = 0
        self._finished = ZERO
        self._next_context = 0
        self._shown_before = ZERO
        self._turn_since = 0
        self._committed: deque[QueuedJob] = deque()

    def feed(self, accesses: Iterable[AccessRow], ends: Iterable[tuple[int, int]]) -> list[RegisterFinding]:
        """Takes records of the bench (`tb.agents.control.monitor.ControlRecords`), later than all before.

        Returns:
            The findings of these records. Events not followed by an access yet are judged with the next one,
            or by `settle`.
        """
        first = len(self.findings)
        for cycle, core in ends:
            self._events.append((cycle, 1 << core))
        traces, events, job_registers = self.traces, self._events, self._job_registers
        for cycle, address, data, r_data, core_id, wen, be, answered in accesses:
            if events and events[0][0] < cycle:
                self._apply_events(cycle)
            offset = address & DECODED_ADDRESS_BITS
            if traces is not None:
                traces.append((offset, wen, be, core_id, len(self.queue), self.holder))
            if not wen and self.holder == core_id and offset in job_registers:
                # Most accesses are these.
                self._write_job(job_registers[offset], data, be)
            else:
                seen = r_data if answered else None
                self.access(ObservedAccess(cycle, address, not wen, data, be, core_id, seen))
        return self.findings[first:]

    def event(self, cycle: int, core: int) -> None:
        """Takes an event seen at edge `cycle` for `core`; events come in the order of their edges.

        It takes effect with the first access granted later, so all events up to an access must be known
        before it.
        """
        self._events.append((cycle, 1 << core))

    def access(self, access: ObservedAccess) -> frozenset[int] | None:
        """Takes a granted access; accesses come in the order of their edges.

        Returns:
            The values the access may have read; None for a write, whose read data means nothing.
        """
        if self._events:
            self._apply_events(access.cycle)
        if not self._rules.access_ids:
            access = access._replace(id=1)
        valid = access.id in ONE_HOT
        register = self._map.decode(access.address)
        if access.write:
            if valid and register is not None:
                self._write(register, access)
            return None
        if not valid or register is None or not register.readable:
            allowed = ZERO
        elif register.name in self.job_values:
            allowed = frozenset({self.job_values[register.name]})
        else:
            ending = bool(self._events) and self._events[0][0] == access.cycle
            allowed = self._reads[register.name](access, ending)
            if access.r_data is not None:
                self.last_reads[register.name] = access.r_data
        if access.r_data is not None:
            self.reads += 1
            if access.r_data not in allowed:
                self._report_read(access, register, allowed)
        return allowed

    def poke(self, register: str, value: int) -> None:
        """Takes over a value that the back door stored: a job register, or FINISHED.

        Raises:
            KeyError: The state of any other register is more than its value.
        """
        if register in self.job_values:
            self.job_values[register] = value & self._map[register].writable_mask
        elif register == "FINISHED":
            self._finished = frozenset({value})
        else:
            raise KeyError(
                f"a back-door write of {register} cannot be predicted; job registers and FINISHED can"
            )

    def plain(self) -> PlainState | None:
        """Return the state if it is plain and all events were applied (`settle`)."""
        if self.queue or self._events or len(self._finished) > 1 or len(self._shown_before) > 1:
            return None
        (finished,), (shown,) = self._finished, self._shown_before
        return PlainState(
            dict(self.job_values),
            self.holder,
            self._held_id,
            self._next_id,
            self._next_context,
            finished,
            shown,
            self._turn_since,
        )

    def follow(self, state: PlainState, reads: Mapping[str, int]) -> None:
        """Take over what another model made of the accesses since `plain`, and the last reads by name."""
        values, self.holder, self._held_id, self._next_id, self._next_context, *rest = state
        finished, shown, self._turn_since = rest
        self.job_values = dict(values)
        self._finished, self._shown_before = frozenset({finished}), frozenset({shown})
        self.last_reads.update(reads)

    def take_traces(self) -> list[AccessTrace]:
        """The traces since the last call, if they are kept."""
        if not self.traces:
            return []
        taken, self.traces = self.traces, []
        return taken

    def settle(self) -> list[RegisterFinding]:
        """Applies all events taken so far, at the end of a test or before looking at the state.

        Returns:
            The findings of these events.
        """
        first = len(self.findings)
        self._apply_events(None)
        return self.findings[first:]

    # ---- writes

    def _write(self, register: Register, access: ObservedAccess) -> None:
        if register.name in self.job_values:
            if self.holder == access.id or not self._rules.lock:
                self._write_job(register, access.data, access.be)
        elif register.name in self._writes:
            self._writes[register.name](access)

    def _write_job(self, register: Register, data: int, be: int) -> None:
        merged = merge_bytes(self.job_values[register.name], data, be)
        self.job_values[register.name] = merged & register.writable_mask

    def _trigger(self, access: ObservedAccess) -> None:
        rules = self._rules
        held = self.holder == access.id
        if not access.be & 1 or not (held or not rules.lock or rules.commit_value is not None):
            return
        value = merge_bytes(0, access.data, access.be)
        register = self._map.decode(access.address)
        name = "" if register is None else register.name
        if rules.commit_value is None:
            if value == rules.trigger_value:
                self._start(self._taken(access, held=held), access.cycle)
        elif value == rules.commit_value and name == self._map.commit and (held or not rules.lock):
            self._committed.append(self._taken(access, held=held))
        elif value == rules.trigger_value and name == "TRIGGER" and self._committed:
            self._start(self._committed.popleft(), access.cycle)

    def _taken(self, access: ObservedAccess, *, held: bool) -> QueuedJob:
        """The job that the held context becomes, or the next one on a device without a lock."""
        number = self._held_id if held else self._next_id
        if not held:
            self._next_id = (number + 1) % self._rules.job_ids
        job = QueuedJob(number, access.id, self._next_context, access.cycle)
        self._next_context = (self._next_context + 1) % self._rules.contexts
        self.holder = None
        return job

    def _start(self, job: QueuedJob, cycle: int) -> None:
        if not self.queue:
            self._turn_since = cycle
        self.queue.append(job._replace(triggered=cycle))

    def _soft_clear(self, access: ObservedAccess) -> None:
        finished = ZERO
        while self._events and self._events[0][0] == access.cycle:
            self._end_job(*self._events.popleft())
            finished |= {max(finished) + 1}
        self._shown_before = self._running_allowed(access.cycle, ending=False)
        if merge_bytes(0, access.data, access.be) == self._rules.clear_all:
            self._next_id = 0
            self.job_values = dict.fromkeys(self.job_values, 0)
        self.holder = None
        self.queue.clear()
        self._committed.clear()
        self._finished = finished
        self._next_context = 0

    # ---- reads: each returns what is allowed, and updates the state with what was seen

    def _acquire(self, access: ObservedAccess, ending: bool) -> frozenset[int]:
        rules = self._rules
        if self.holder == access.id and rules.acquire_again == "id":
            return frozenset({self._held_id})
        if self.holder is not None:
            return frozenset({rules.acquire_taken})
        full = len(self.queue) + len(self._committed) >= rules.contexts
        allowed = frozenset({rules.acquire_full}) if full else frozenset()
        if not full or ending:
            allowed |= {self._next_id}
        seen = access.r_data if access.r_data in allowed else min(allowed)
        if seen is not None and self._map.acquired(seen) is not None:
            self.holder = access.id
            self._held_id = seen
            self._next_id = (seen + 1) % rules.job_ids
        return allowed

    def _read_finished(self, access: ObservedAccess, ending: bool) -> frozenset[int]:
        # A job that ends in the cycle of the read counts in the next: its event is applied later.
        del access, ending
        width = self._map["FINISHED"].fields[0].width
        allowed = frozenset(count & ((1 << width) - 1) for count in self._finished)
        if self._rules.finished_cleared:
            self._finished = ZERO
        return allowed

    def _status(self, access: ObservedAccess, ending: bool) -> frozenset[int]:
        if self._rules.status_shows == "busy":
            seen = access.r_data or 0
            counts = {len(self.queue), len(self.queue) - 1} if ending else {len(self.queue)}
            # Any value but 0 tells that there is work.
            return frozenset(seen if seen and count else min(count, 1) for count in counts)
        busy = [1 << 8 * job.context for job in self.queue]
        return frozenset({sum(busy), sum(busy[1:])} if ending else {sum(busy)})

    def _running_job(self, access: ObservedAccess, ending: bool) -> frozenset[int]:
        allowed = self._running_allowed(access.cycle, ending)
        if access.r_data in allowed and not self.queue:
            self._shown_before = frozenset({access.r_data})
        return allowed

    def _running_allowed(self, cycle: int, ending: bool) -> frozenset[int]:
        if not self.queue:
            return self._shown_before
        allowed = frozenset({self.queue[0].id})
        if cycle <= self._turn_since + START_LATENCY:
            allowed |= self._shown_before
        if ending and len(self.queue) > 1:
            allowed |= {self.queue[1].id}
        return allowed

    def _read_faults(self, access: ObservedAccess, ending: bool) -> frozenset[int]:
        del ending
        return frozenset({access.r_data or 0}) if self.injected else ZERO

    # ---- events

    def _apply_events(self, before: int | None) -> None:
        """Lets the events before edge `before` (None: all) take effect."""
        while self._events and (before is None or self._events[0][0] < before):
            cycle, core_id = self._events.popleft()
            if self._end_job(cycle, core_id):
                self._finished = frozenset((count + 1) % (1 << 32) for count in self._finished)

    def _end_job(self, cycle: int, core_id: int) -> bool:
        """Ends the running job with an event; False if there is none that it could end."""
        core = core_id.bit_length() - 1
        if not self.queue or cycle <= self.queue[0].triggered:
            self._report(cycle, f"event for core {core}, but no job is running")
            return False
        job = self.queue.popleft()
        if job.core_id != core_id:
            owner = job.core_id.bit_length() - 1
            self._report(cycle, f"event for core {core}, but job {job.id} was triggered by core {owner}")
        self._shown_before = frozenset({job.id})
        self._turn_since = cycle
        return True

    # ---- findings

    def _report(self, cycle: int, text: str) -> None:
        self.findings.append(RegisterFinding(cycle, text))

    def _report_read(self, access: ObservedAccess, register: Register | None, allowed: Iterable[int]) -> None:
        name = register.name if register is not None else f"unmapped offset 0x{access.address & 0xFC:02X}"
        expected = " or ".join(f"0x{value:08X}" for value in sorted(allowed))
        # Before the semicolon stands what is the same whatever the values: findings with one cause are alike.
        how = ""
        if name in self.job_values and access.r_data is not None:
            how = _difference(access.r_data, min(allowed))
        values = f"gave 0x{access.r_data:08X}, expected {expected}"
        self._report(access.cycle, f"read of {name} is wrong{how}; id 0x{access.id:02X} {values}")


def _difference(seen: int, expected: int) -> str:
    """The bits of a stored value that are wrong, in words."""
    if seen == 0:
        return ", it is zero"
    wrong = seen ^ expected
    return f" in bit b{wrong.bit_length() - 1}" if wrong.bit_count() == 1 else " in several bits"
