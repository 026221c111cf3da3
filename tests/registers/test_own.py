# SPDX-License-Identifier: Apache-2.0
"""Register maps that devices bring: from places, from SystemRDL, and what is wrong with them in one line."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from regressions.testbench import not_applicable
from regressions.testlist import LISTS, load
from regressions.tiers import load_tiers
from tb.agents.control.access import Access
from tb.coverage.abilities import reachable
from tb.coverage.covergroups import load_definition
from tb.descriptor import load as load_device
from tb.env.programmer import Programmer
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.reading import convert
from tb.exchange.registers import CONTRACT_REGISTERS, Registers
from tb.exchange.roles import Roles
from tb.registers.backdoor import RegisterBackdoor
from tb.registers.generate import register_block, register_map
from tb.registers.map import RegisterMap
from tb.registers.model import RegisterFileModel
from tb.registers.own import contract_offsets, description_of, registers_of
from tb.registers.program import program
from tb.registers.state import ObservedAccess
from tb.schema import SchemaError, Where, read_toml
from tests.stimulus.devices import device

DOCS = Path(__file__).parents[2] / "docs" / "descriptor.md"
JOB = Job(Op.GEMM, 3, 4, 5, 0x1000, 0x2000, 0x3000, (Format.E4M3, Format.E4M3, Format.FP16))


def published(folder: Path) -> Registers:
    """The example of the documents."""
    found = re.search(r"<!-- example: registers -->\n```toml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert found is not None
    (folder / "example.toml").write_text(found[1])
    return convert(read_toml(folder / "example.toml")["registers"], Registers, Where("example.toml"))


def with_registers(**table: Any) -> Descriptor:
    """A device with such a table."""
    return replace(device(), registers=convert(table, Registers, Where("x.toml", "registers")), n_cores=1)


def places(**others: object) -> dict[str, Any]:
    """Roles that a device needs, at places of their own, and others."""
    names = ("x", "w", "z", "trigger")
    needed: dict[str, Any] = {name: {"offset": 0x40 + 4 * place} for place, name in enumerate(names)}
    needed |= {name: {"offset": 0x60 + 4 * place, "width": 16} for place, name in enumerate("mnk")}
    return needed | others


def test_the_published_map_can_be_said(tmp_path: Path) -> None:
    its = replace(device(formats=tuple(Format), mixed_formats=True), registers=published(tmp_path))
    registers = registers_of(its)
    assert {name: register.offset for name, register in registers.items()} == {
        **{"TRIGGER": 0x00, "ACQUIRE": 0x04, "STATUS": 0x0C, "RUNNING_JOB": 0x10, "SOFT_CLEAR": 0x14},
        **{"M_K": 0x20, "N_CONSTANT_0_OPERATION_FORMAT_IN_FORMAT_OUT": 0x24, "Y_OFFSET": 0x28},
        **{"X": 0x2C, "W": 0x30, "Z": 0x34, "CONSTANT_1": 0x3C},
    }
    assert [(each.address, each.data) for each in program(JOB, registers=registers)] == [
        *((0x04, 0), (0x20, 5 << 16 | 3), (0x24, 4 | 1 << 20 | 2 << 23 | 1 << 25), (0x28, 0), (0x2C, 0x1000)),
        *((0x30, 0x2000), (0x34, 0x3000), (0x3C, 0), (0x00, 0)),
    ]
    control = ("TRIGGER", "ACQUIRE", "STATUS", "RUNNING_JOB", "SOFT_CLEAR")
    assert [registers[name]["VALUE"].access for name in control] == ["WO", "RO", "RO", "RO", "WO"]
    block = register_block(rdl=description_of(its))
    assert {reg.get_name(): reg.get_address() for reg in block.get_registers()} == registers.offsets()
    mixed = replace(JOB, fmt=(Format.E4M3, Format.FP16, Format.FP16))
    assert (its.supports(JOB), its.supports(mixed)) == (None, "paper has one format for X and W")


@pytest.mark.parametrize(("cleared", "access"), [(True, "RC"), (False, "RO")])
def test_a_register_of_finished_jobs_is_cleared_by_reading_if_its_rules_say_so(
    cleared: bool, access: str
) -> None:
    its = with_registers(
        roles=places(finished={"offset": 0x70}), finished_cleared=cleared, lock=False, access_ids=False
    )
    assert registers_of(its)["FINISHED"]["VALUE"].access == access


def test_constants_are_written_beside_what_a_job_says() -> None:
    beside = {"place": {"offset": 0x68, "lsb": 20, "width": 4}, "value": 9}
    alone = {"place": {"offset": 0x70, "lsb": 0, "width": 8}, "value": 0x2A}
    its = with_registers(roles=places(), constants=[beside, alone], lock=False, access_ids=False)
    job = program(replace(JOB, fmt=Format.FP16), registers=registers_of(its))
    written = {each.address: each.data for each in job}
    assert (written[0x68], written[0x70]) == (9 << 20 | JOB.k, 0x2A)


def test_jobs_of_a_device_without_a_lock_count_their_ids() -> None:
    its = with_registers(roles=places(running_job={"offset": 0x70}), lock=False, access_ids=False)
    model = RegisterFileModel(registers_of(its))
    trigger = program(replace(JOB, fmt=Format.FP16), registers=registers_of(its))[-1]
    fed(model, trigger, trigger)
    assert [job.id for job in model.queue] == [0, 1]


def test_commit_and_start_apart() -> None:
    its = with_registers(
        roles=places(commit={"offset": 0x4C}), commit_value=1, trigger_value=2, lock=False, access_ids=False
    )
    writes = [
        (each.address, each.data)
        for each in program(replace(JOB, fmt=Format.FP16), registers=registers_of(its))
    ]
    assert writes[-2:] == [(0x4C, 1), (0x4C, 2)]
    assert 0x04 not in {address for address, _ in writes}


RDL = """addrmap theirs {
    littleendian; addressing = regalign; default regwidth = 32; default accesswidth = 32;
    reg { field { sw = w; } VALUE[31:0] = 0; } GO @ 0x0;
    reg { field {} M[15:0] = 0; field {} K[31:16] = 0; } ROWS @ 0x40;
    reg { field {} N[15:0] = 0; } STEPS @ 0x44;
    reg { field {} A[31:0] = 0; } XA @ 0x48;
    reg { field {} A[31:0] = 0; } WA @ 0x4C;
    reg { field {} A[31:0] = 7; } ZA @ 0x50;
};
"""
FIELDS = {"m": "ROWS.M", "k": "ROWS.K", "n": "STEPS.N", "x": "XA.A", "w": "WA.A", "z": "ZA", "trigger": "GO"}


def described(folder: Path, **registers: object) -> Descriptor:
    """A device whose descriptor names the description above."""
    (folder / "mine.rdl").write_text(RDL)
    (folder / "a.sv").touch()
    lines = [f"{name} = {inline(value)}" for name, value in ({"rdl": "mine.rdl"} | registers).items()]
    path = folder / "mine.toml"
    path.write_text(
        'schema = 1\nname = "mine"\ntop = "t"\nsources = ["a.sv"]\noperations = ["GEMM"]\n'
        'formats = ["FP16"]\n'
        "instance = {h = 1, l = 1, p = 0, dw = 32}\n[bound]\nkind = 'section8'\n[registers]\n"
        + "\n".join(lines)
    )
    return load_device(path)


def inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def test_a_description_in_systemrdl(tmp_path: Path) -> None:
    its = described(tmp_path, roles=FIELDS, lock=False)
    registers = registers_of(its)
    RegisterBackdoor(SimpleNamespace(), {"ROWS": "rows_q"}, registers=registers)  # type: ignore[arg-type]
    assert registers.places["k"] == ("ROWS", 16)
    assert registers["ZA"].reset == 7
    assert (registers["TRIGGER"].offset, "GO" in registers) == (0, False)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            {"roles": FIELDS | {"m": "ROWS.MM"}},
            "registers.roles.m: unknown field 'ROWS.MM'; did you mean 'ROWS.M'",
        ),
        ({"rdl": "theirs.rdl", "roles": FIELDS}, "no file matches 'theirs.rdl'"),
        ({"rdl": "a.sv", "roles": FIELDS}, "registers.rdl: "),
        (
            {"roles": FIELDS, "access_ids": False, "lock": False},
            "access_ids: false, but there are 8 cores",
        ),
        ({}, "registers.roles: say which fields of `rdl` have which role"),
    ],
)
def test_a_wrong_description_is_one_line(tmp_path: Path, table: dict[str, object], words: str) -> None:
    with pytest.raises(SchemaError) as error:
        described(tmp_path, **table)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"roles": places(colums={"offset": 0})}, "roles.colums: unknown key 'colums'"),
        ({"roles": places(aquire={"offset": 0})}, "did you mean 'acquire'"),
        ({"roles": {"m": {"offset": 0}}}, "registers.roles: role 'n' is missing"),
        ({"roles": places(m={"offset": 0x60, "width": 4})}, "roles.m: has 4 bits; m needs at least 8"),
        ({"roles": places(m={"offset": 0x64, "lsb": 8, "width": 16})}, "roles.n: lies over m at offset 0x64"),
        ({"roles": places(m={"offset": 0x60, "lsb": 20, "width": 16})}, "roles.m: bits 20 to 35 leave"),
        ({"roles": places(status={"offset": 0x40})}, "roles.status: lies over x at offset 0x40"),
        ({"roles": places(status={"offset": 0x60, "lsb": 31, "width": 1})}, "needs a register of its own"),
        ({"roles": places(x={"offset": 0x42})}, "roles.x.offset: "),
        ({"roles": places(format_in={"offset": 0x0, "width": 2})}, "both `format_in` and `format_out`"),
        ({"roles": places(m="ROWS.M")}, "roles.m: 'ROWS.M' names a field, but there is no `rdl`"),
        (
            {"roles": places(operation={"offset": 0, "width": 3}), "operation_codes": {"GEMM": 9}},
            "GEMM: 9 does not",
        ),
        ({"operation_codes": {"GEM": 1}}, "did you mean 'GEMM'"),
        ({"queue": 9}, "queue: value 9 is out of range"),
        ({"queue": 8}, "status_shows: a byte for each of 9 contexts"),
        ({"clear_between": True}, "clear_between: needs queue = 0"),
        ({"last": "zz"}, "last: unknown role 'zz'; did you mean 'z'"),
        ({"commit_value": 1, "roles": places()}, "commit_value: there is no role `commit`"),
        (
            {"roles": places(commit={"offset": 0x4C}), "commit_value": 0},
            "commit_value: 0 of the same register",
        ),
    ],
)
def test_what_cannot_be_is_one_line(table: dict[str, Any], words: str) -> None:
    with pytest.raises(SchemaError) as error:
        with_registers(**table)
    assert words in str(error.value)


def fed(model: RegisterFileModel, *accesses: Access, data: int = 0) -> list[Access]:
    for access in accesses:
        cycle = len(model.findings) + fed.cycle  # type: ignore[attr-defined]
        fed.cycle += 1  # type: ignore[attr-defined]
        seen = ObservedAccess(cycle, access.address, access.write, access.data, access.be, access.id, data)
        model.access(seen)
    return list(accesses)


fed.cycle = 0  # type: ignore[attr-defined]


def test_the_model_commits_then_starts() -> None:
    its = with_registers(
        roles=places(commit={"offset": 0x4C}), commit_value=1, trigger_value=2, lock=False, access_ids=False
    )
    model = RegisterFileModel(registers_of(its))
    job = program(replace(JOB, fmt=Format.FP16), registers=registers_of(its))
    fed(model, *job[:-1])
    assert not model.queue
    fed(model, job[-1])
    assert len(model.queue) == 1
    assert model.job_values["X"] == JOB.x_addr
    fed(model, job[-1])
    assert len(model.queue) == 1, "a start without a committed job"


def test_the_model_knows_the_depth_and_the_status() -> None:
    registers = RegisterMap(
        tuple(register_map().values()),
        replace(CONTRACT_REGISTERS, queue=8, status_shows="busy", acquire_full=0x1234),
    )
    model = RegisterFileModel(registers)
    acquire, status = Access(registers["ACQUIRE"].offset), Access(registers["STATUS"].offset)
    for number in range(9):
        fed(model, acquire, data=number)
        fed(model, Access(registers["TRIGGER"].offset, True))
    fed(model, acquire, data=0x1234)
    fed(model, status, data=0x40)
    assert not model.findings
    fed(model, status, data=0)
    fed(model, acquire, data=9)
    assert [finding.text.partition(" is wrong")[0] for finding in model.findings] == [
        "read of STATUS",
        "read of ACQUIRE",
    ]


def test_a_clear_between_jobs_and_a_register_that_comes_last() -> None:
    rules = replace(
        CONTRACT_REGISTERS, clear_between=True, queue=0, after_clear=7, last="x", whole_words=True
    )
    registers = RegisterMap(tuple(register_map().values()), rules)
    programmer = Programmer(registers)
    jobs = [replace(JOB, fmt=Format.FP16, data_seed=seed) for seed in range(16)]
    clear = registers["SOFT_CLEAR"].offset
    bursts = programmer.bursts(jobs)
    assert [burst.after_ends for burst in bursts] == [*range(16)]
    for number, (accesses, *_) in enumerate(bursts):
        assert (accesses[0].address == clear) == (number > 0)
        assert number == 0 or accesses[1].idle >= 7
        own = [access for access in accesses if access.id == accesses[0].id]
        assert own[-2].address == registers["X_ADDR"].offset
        assert {access.be for access in accesses if access.write} == {0xF}


def test_tests_of_what_is_not_there_are_not_applicable() -> None:
    entries = load([LISTS], load_tiers())
    ours = load_device("serial")
    left_out = [
        why
        for entry in entries.values()
        if entry.runs_on == "accelerator" and (why := not_applicable(entry, ours))
    ]
    lacks = ("cycles for a job", "does not promise that jobs follow each other", "has no fault-tolerant mode")
    assert all(any(each in why for each in lacks) for why in left_out), "serial is slow, with one mode"
    lockless = replace(ours, registers=replace(CONTRACT_REGISTERS, lock=False, whole_words=True))
    reasons = {
        name: why
        for name in entries
        if name.startswith("reg_") and (why := not_applicable(entries[name], lockless))
    }
    assert reasons["reg_non_holder"] == "serial has no lock"
    assert reasons["reg_byte_enables"] == "serial has no byte enables: registers are written as a whole"
    assert {"reg_hw_reset", "reg_bit_bash", "reg_job_ids", "reg_full_queue"}.isdisjoint(reasons)


def test_a_device_without_a_clear_cuts_no_job() -> None:
    entries = load([LISTS], load_tiers())
    its = with_registers(roles=places(), lock=False)
    assert not_applicable(entries["gemm_ops_cleared"], its) == "paper has no soft clear"
    assert not_applicable(entries["gemm_ops"], its) == ""


def test_accesses_are_covered_by_role(tmp_path: Path) -> None:
    its = replace(device(), registers=published(tmp_path), n_cores=1)
    contract = register_map().offsets()
    offsets = contract_offsets(its)
    assert offsets[0x20] == contract["MCFG0"]
    assert offsets[0x40] == register_map().unmapped_offsets[0]
    definition = load_definition()
    item = next(item for item in definition.items.values() if [p.name for p in item.points] == ["access_id"])
    assert reachable(item, its).sum() == 1
    assert Roles().given() == {}
