# SPDX-License-Identifier: Apache-2.0
"""Registers of a device as they differ from the contract's: where things are, and how jobs are programmed."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from models.formats import Format
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.names import ADDRESS_SPACE, parse_format, parse_op
from tb.exchange.roles import JOB_ROLES, NO_ROLES, Constant, Place, Roles, Word, check_places, place_of
from tb.schema import Where, unknown

Cycles = Annotated[int, Meta(ge=0, le=10_000)]


class Registers(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Registers of a device, as far as they differ from contract A5; an empty table is the contract's.

    Attributes:
        rdl: SystemRDL file of the device, whose fields `roles` then name
        roles: places of what the bench has to know; without any, those of the contract
        constants: further bits with fixed values
        operation_codes: values of operations that differ from the contract's: `{GEMM = 2}`
        format_codes: values of formats that differ from the contract's
        trigger_value: value that starts a job
        commit_value: value that queues a job, before the trigger; without it the trigger does
        acquire_full: value of `acquire` when no context is free
        acquire_taken: value of `acquire` when another holds the lock
        acquire_again: what the holder reads once more: its `"id"`, or that it is `"taken"`
        lock: job registers and trigger are for whoever read `acquire` alone
        access_ids: accesses carry the id of their core; with one core there are none, unless it is given
        queue: jobs that can wait behind the running one
        job_ids: number of ids, which count from 0 and wrap
        status_shows: `"contexts"`: a byte for each context (contract A5.6); `"busy"`: 0 when idle, else not 0
        finished_cleared: reading `finished` clears it; otherwise it counts on from a reset or clear
        clear_all: value that stops everything, and zeroes job registers and the next id
        clear_keep: value that stops everything and leaves these; -1 if there is none
        last: role whose register has to be written last, before the trigger
        whole_words: registers are written as a whole: byte enables have no meaning
        clear_between: a clear is needed before each job but the first after a reset
        after_reset: cycles before the first access after a reset
        after_clear: cycles before the first access after a clear
        unmapped_zero: offsets without a register read 0 and ignore writes
        event: line of each core's two that tells the end of a job
    """

    rdl: str = ""
    roles: Roles = Roles()
    constants: tuple[Constant, ...] = ()
    operation_codes: dict[str, Word] = field(default_factory=dict)
    format_codes: dict[str, Word] = field(default_factory=dict)
    trigger_value: Word = 0
    commit_value: Word | None = None
    acquire_full: Word = 0xFFFF_FFFF
    acquire_taken: Word = 0xFFFF_FFFE
    acquire_again: Literal["id", "taken"] = "id"
    lock: bool = True
    access_ids: bool = True
    queue: Annotated[int, Meta(ge=0, le=8)] = 1
    job_ids: Annotated[int, Meta(ge=1, le=1 << 16)] = 256
    status_shows: Literal["contexts", "busy"] = "contexts"
    finished_cleared: bool = True
    clear_all: Word = 0
    clear_keep: Annotated[int, Meta(ge=-1, lt=1 << 32)] = 1
    last: str = ""
    whole_words: bool = False
    clear_between: bool = False
    after_reset: Cycles = 0
    after_clear: Cycles = 0
    unmapped_zero: bool = True
    event: Annotated[int, Meta(ge=0, le=1)] = 0

    def __post_init__(self) -> None:
        for name in self.operation_codes:
            parse_op(name, Where(f"operation_codes.{name}"))
        for name in self.format_codes:
            parse_format(name, Where(f"format_codes.{name}"))
        self._check_rules()
        places = {**self.roles.given(), **{f"constants[{i}]": c.place for i, c in enumerate(self.constants)}}
        named = {role: place for role, place in places.items() if isinstance(place, str)}
        if named and not self.rdl:
            role, place = next(iter(named.items()))
            raise Where(place_of(role)).error(
                f"'{place}' names a field, but there is no `rdl`: name its file, or give offset and width"
            )
        if self.own and not named:
            check_places({role: place for role, place in places.items() if isinstance(place, Place)})
            self._check_values()
            if self.lock and not self.has("acquire"):
                raise Where("lock").error("there is no role `acquire` that takes it; lock = false")

    @property
    def own(self) -> bool:
        """True if the places are the device's own, not the contract's."""
        return self.roles != NO_ROLES

    @property
    def contexts(self) -> int:
        """Jobs that can be queued or running."""
        return self.queue + 1

    def has(self, role: str) -> bool:
        """Return whether there is such a register; the contract has all but those that only others need."""
        if self.own:
            return getattr(self.roles, role) is not None
        return role not in ("commit", "y", "y_offset", "format_in", "format_out")

    @property
    def own_y(self) -> bool:
        """True if jobs can have Y at another place than Z."""
        return self.has("y") or self.has("y_offset")

    def clear_value(self, value: int) -> int:
        """Return what is written for a clear of everything (0), or of the jobs alone (any other value)."""
        if value == 0 or self.clear_keep < 0:
            return self.clear_all
        return self.clear_keep if self.own else value

    def code(self, value: Op | Format) -> int:
        """Return the value of a field that stands for an operation or a format."""
        codes = self.operation_codes if isinstance(value, Op) else self.format_codes
        return codes.get(value.name, int(value))

    def supports(self, job: Job) -> str | None:
        """Return why the registers cannot express a job, as the end of a sentence; None if they can."""
        if job.y_addr is not None and not self.own_y:
            return "one pointer for Y and Z"
        if not self.own:
            return None
        for name in ("m", "n", "k"):
            place, size = getattr(self.roles, name), getattr(job, name)
            if isinstance(place, Place) and size >> place.width:
                return f"{place.width} bits for {name.upper()}, the job wants {size}"
        distance, place = (job.y_place - job.z_addr) % ADDRESS_SPACE, self.roles.y_offset
        if isinstance(place, Place) and distance >> place.width:
            return f"{place.width} bits for the distance of Y from Z, the job wants {distance:#x}"
        x, w, z = job.formats
        if self.roles.format is not None and not x is w is z:
            return "one format for all operands"
        if self.roles.format_in is not None and x is not w:
            return "one format for X and W"
        return None

    def _check_rules(self) -> None:
        if self.rdl and not self.own:
            raise Where("roles").error("say which fields of `rdl` have which role: m = 'REGISTER.FIELD', ...")
        if self.commit_value is not None and self.own and self.roles.commit is None:
            raise Where("commit_value").error("there is no role `commit`; name its register")
        if self.roles.commit is not None and self.commit_value is None:
            raise Where("commit_value").error("is missing: the value that commits a job")
        if self.roles.commit == self.roles.trigger and self.commit_value == self.trigger_value:
            raise Where("commit_value").error(f"{self.commit_value} of the same register is the trigger too")
        if self.last and self.last not in JOB_ROLES:
            raise unknown("role", self.last, JOB_ROLES, Where("last"))
        if self.last and not self.has(self.last):
            raise Where("last").error(f"the device has no role '{self.last}'; name one of `roles`")
        if self.clear_between and (self.queue or not self.has("clear")):
            what = "queue = 0" if self.queue else "a role `clear`"
            raise Where("clear_between").error(f"needs {what}: a clear takes away what waits")
        if self.status_shows == "contexts" and self.contexts > 4:
            raise Where("status_shows").error(
                f'a byte for each of {self.contexts} contexts is more than a word; use "busy"'
            )

    def _check_values(self) -> None:
        for kind, role in (
            (Op, "operation"),
            (Format, "format"),
            (Format, "format_in"),
            (Format, "format_out"),
        ):
            place = getattr(self.roles, role)
            for value in kind if place is not None else ():
                named = value.name in (self.operation_codes if kind is Op else self.format_codes)
                if named and self.code(value) >> place.width:
                    raise Where(f"{'operation' if kind is Op else 'format'}_codes.{value.name}").error(
                        f"{self.code(value)} does not fit the {place.width} bits of `{role}`"
                    )
        for index, constant in enumerate(self.constants):
            if isinstance(constant.place, Place) and constant.value >> constant.place.width:
                raise Where(f"constants[{index}].value").error(
                    f"{constant.value} does not fit {constant.place.width} bits"
                )


CONTRACT_REGISTERS = Registers()
"""Registers of contract A5."""
